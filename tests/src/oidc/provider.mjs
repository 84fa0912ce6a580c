// A real OpenID provider for tests: the certified `oidc-provider`, with a form of our own in place of its sample pages.
//
// It is told everything by lines of JSON on standard input and ends when that ends, so that it never outlives a test. It prints
// its address first; each line `{"clients", "people", "new_key"?}` opens it anew with what it says, and is answered `ready`. The
// first comes late, because the clients' addresses are only known once Bridgewatch has found a free port.

import { generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';

const entry = pathToFileURL(process.argv[2]);
const { default: Provider } = await import(entry);
const { createMemoryAdapter } = await import(new URL('adapters/memory_adapter.js', entry));
/** Shared by all that are opened: what is opened anew still knows the sessions of before. */
const adapter = createMemoryAdapter();

/** The key that tokens are signed with. */
let key;
const cookieKey = randomBytes(16).toString('hex');

/** Opened by the first line. */
let answer = (_request, response) => response.writeHead(503).end('not opened yet');

const server = createServer((request, response) => answer(request, response));
server.listen(0, '127.0.0.1', () => console.log(`address http://127.0.0.1:${server.address().port}`));

createInterface({ input: process.stdin })
  .on('line', (line) => {
    answer = open(`http://127.0.0.1:${server.address().port}`, JSON.parse(line));
    console.log('ready');
  })
  .on('close', () => process.exit(0));

function newKey() {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return { ...privateKey.export({ format: 'jwk' }), kid: randomUUID(), use: 'sig', alg: 'RS256' };
}

/** `people` is `{ login: claims }`. */
function open(issuer, { clients, people, new_key: wantsNewKey }) {
  if (!key || wantsNewKey) key = newKey();
  const provider = new Provider(issuer, {
    adapter,
    clients,
    jwks: { keys: [key] },
    cookies: { keys: [cookieKey] },
    claims: { openid: ['sub'], profile: ['name'], email: ['email', 'email_verified'], groups: ['groups'] },
    pkce: { required: () => true },
    features: {
      devInteractions: { enabled: false },
      rpInitiatedLogout: { enabled: true, logoutSource, postLogoutSuccessSource },
    },
    interactions: { url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
    findAccount: (_ctx, id) => people[id] && { accountId: id, claims: () => ({ sub: id, ...people[id] }) },
    loadExistingGrant: consent,
  });
  const callback = provider.callback();
  return (request, response) => (request.url.startsWith('/interaction/')
    ? interact(provider, people, request, response)
    : callback(request, response));
}

/** Whoever signs in here has consented: what is asked for is granted. */
async function consent(ctx) {
  const { client, session, requestParamOIDCScopes } = ctx.oidc;
  const grant = new ctx.oidc.provider.Grant({ clientId: client.clientId, accountId: session.accountId });
  grant.addOIDCScope([...requestParamOIDCScopes].join(' '));
  await grant.save();
  return grant;
}

/** Asks who it is, and believes it. */
async function interact(provider, people, request, response) {
  if (request.method === 'GET') {
    const { uid } = await provider.interactionDetails(request, response);
    page(response, `<h1>Who are you?</h1><form method="post" action="/interaction/${uid}">
      <input name="login" autofocus><button name="go" value="on">Go on</button><button name="go" value="back">Back</button></form>`);
    return;
  }
  let body = '';
  for await (const part of request) body += part;
  const said = new URLSearchParams(body);
  const known = said.get('go') === 'on' && people[said.get('login')];
  const result = known
    ? { login: { accountId: said.get('login'), remember: false } }
    : { error: 'access_denied', error_description: 'gone <b>back</b>' };
  await provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
}

function logoutSource(ctx, form) {
  page(ctx, `<h1>Sign out?</h1>${form}<button form="op.logoutForm" name="logout" value="yes">Yes</button>`);
}

function postLogoutSuccessSource(ctx) {
  page(ctx, '<h1>Signed out, and nowhere to go</h1>');
}

/** To a response of Node's, or into a context of the provider's. */
function page(to, html) {
  const whole = `<!doctype html><meta charset="utf-8"><title>Provider</title>${html}`;
  if (to.end) {
    to.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(whole);
  } else {
    to.body = whole;
  }
}
