"""A gRPC server with the standard health service of grpcio-health-checking. Arguments: a certificate and its key, or nothing. Prints its
port. `erp.Orders` serves, `erp.Stock` does not; calls with the token `closed` are refused."""

import sys
from concurrent import futures

import grpc
from grpc_health.v1 import health, health_pb2, health_pb2_grpc


class Gate(grpc.ServerInterceptor):
    def intercept_service(self, continuation, details):
        if ("authorization", "Bearer closed") in details.invocation_metadata:

            def refuse(request, context):
                context.abort(grpc.StatusCode.UNAUTHENTICATED, "no entry, närrisch")

            return grpc.unary_unary_rpc_method_handler(refuse)
        return continuation(details)


servicer = health.HealthServicer()
servicer.set("erp.Orders", health_pb2.HealthCheckResponse.SERVING)
servicer.set("erp.Stock", health_pb2.HealthCheckResponse.NOT_SERVING)
server = grpc.server(futures.ThreadPoolExecutor(max_workers=4), interceptors=[Gate()])
if "bare" not in sys.argv:
    health_pb2_grpc.add_HealthServicer_to_server(servicer, server)
if len(sys.argv) > 2:
    certificate, key = (open(path, "rb").read() for path in sys.argv[1:3])
    port = server.add_secure_port("127.0.0.1:0", grpc.ssl_server_credentials([(key, certificate)]))
else:
    port = server.add_insecure_port("127.0.0.1:0")
server.start()
print(f"port {port}", flush=True)
sys.stdin.read()
server.stop(None)
