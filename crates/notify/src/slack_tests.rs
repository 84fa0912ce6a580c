use model::{NoticeKind, TestClock};

use super::*;
use crate::{
    PostAnswer,
    testing::{NOW, Scripted, answer, header, notice, read, vault},
};

fn slack(post: &Arc<Scripted>) -> Slack {
    let url = "https://hooks.example.com/services/${secret:TOKEN}".to_owned();
    let settings = SlackSettings { url, timeout: Span::seconds(10) };
    let post = Arc::clone(post) as Arc<dyn Post>;
    Slack::new(&settings, vault(), post, Arc::new(TestClock::at(NOW))).expect("a channel")
}

#[tokio::test]
async fn a_message_has_text_for_all_and_blocks_for_slack() {
    let post = Scripted::answering([Ok(answer(200, "ok"))]);

    let receipt = slack(&post).send(&notice(NoticeKind::Began)).await.expect("taken");

    assert_eq!(receipt.answer, "200 ok");
    let asked = post.asked.lock().expect("the log");
    assert_eq!(asked[0].url.path(), "/services/T0/B0/sesame-open-0123456789");
    assert!(header(&asked[0], "idempotency-key").contains(".began.orders"));
    let body = read(&asked[0]);
    let text = body["text"].as_str().expect("a text");
    assert!(text.starts_with("*Problem: Orders to NetSuite: 401 from NetSuite*\n"), "{text}");
    assert!(text.ends_with("|Page>  <https://wiki.example.com/orders|Runbook>"), "{text}");
    let kinds: Vec<&str> =
        body["blocks"].as_array().expect("blocks").iter().filter_map(|one| one["type"].as_str()).collect();
    assert_eq!(kinds, ["header", "section", "section", "section"]);
    assert_eq!(body["blocks"][0]["text"]["text"], "Problem: Orders to NetSuite: 401 from NetSuite");
}

#[tokio::test]
async fn words_of_others_call_nobody_and_stay_within_bounds() {
    let post = Scripted::answering([Ok(answer(200, "ok"))]);
    let mut evil = notice(NoticeKind::Began);
    evil.sentence = "<!channel> & <https://evil.example|NetSuite>".repeat(90);
    evil.name = "<@U1>".repeat(90);
    evil.runbook = Some("https://wiki.example.com/a|b>c".to_owned());

    slack(&post).send(&evil).await.expect("taken");

    let body = read(&post.asked.lock().expect("the log")[0]);
    let blocks = body["blocks"].as_array().expect("blocks");
    for text in blocks[1..].iter().map(|block| block["text"]["text"].as_str().expect("a text")) {
        assert!(text.chars().count() <= SECTION && !text.contains("<!") && !text.contains("<@"), "{text}");
    }
    assert!(blocks[0]["text"]["text"].as_str().expect("a text").chars().count() <= HEADER);
    let whole = body["text"].as_str().expect("a text");
    assert!(!whole.contains("<!") && whole.contains("/a%7Cb%3Ec|Runbook>"), "{whole}");
}

#[tokio::test]
async fn a_channel_that_is_asked_too_often_says_when_to_come_back() {
    let busy = PostAnswer { status: 429, retry_after: Some("30".to_owned()), body: "rate_limited".to_owned() };
    let post =
        Scripted::answering([Ok(busy), Ok(answer(400, "invalid_payload")), Ok(answer(410, "channel_is_archived"))]);
    let channel = slack(&post);

    let error = channel.send(&notice(NoticeKind::Began)).await.expect_err("busy");
    assert_eq!((error.is_passing(), error.after()), (true, Some(Span::seconds(30))));
    for _ in 0..2 {
        assert!(!channel.send(&notice(NoticeKind::Began)).await.expect_err("refused").is_passing());
    }
}

#[tokio::test(start_paused = true)]
async fn a_peer_that_says_nothing_is_waited_for_no_longer_than_said() {
    struct Silent;
    #[async_trait]
    impl Post for Silent {
        async fn post(&self, _: PostRequest) -> std::result::Result<PostAnswer, String> {
            std::future::pending().await
        }
    }
    let settings = SlackSettings { url: "https://a.example/".to_owned(), timeout: Span::seconds(10) };
    let channel = Slack::new(&settings, crate::as_written(), Arc::new(Silent), Arc::new(TestClock::at(NOW)));
    let error = channel.expect("a channel").send(&notice(NoticeKind::Began)).await.expect_err("late");
    assert_eq!((error.is_passing(), error.to_string().as_str()), (true, "no answer within 10s"));
}
