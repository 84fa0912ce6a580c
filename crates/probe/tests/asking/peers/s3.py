"""A bucket by moto that verifies signatures. Arguments: how many objects. Prints its port and a key to ask with."""

import json
import sys
import urllib.request

import boto3
from moto.server import ThreadedMotoServer

server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
server.start()
host, port = server.get_host_and_port()
endpoint = f"http://{host}:{port}"


def client(service, **keys):
    return boto3.client(service, endpoint_url=endpoint, region_name="eu-central-1", **keys)


# Before anybody is known, nobody is asked who he is.
first = {"aws_access_key_id": "first", "aws_secret_access_key": "first"}
iam = client("iam", **first)
iam.create_user(UserName="reader")
allowed = {"Effect": "Allow", "Action": "s3:List*", "Resource": "*"}
policy = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
iam.put_user_policy(UserName="reader", PolicyName="lists", PolicyDocument=policy)
key = iam.create_access_key(UserName="reader")["AccessKey"]

s3 = client("s3", **first)
s3.create_bucket(Bucket="exports", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
s3.put_object(Bucket="exports", Key="orders/ä & <b> + 1.csv", Body=b"x" * 7)
s3.put_object(Bucket="exports", Key="orders/readme.txt", Body=b"x")
for number in range(int(sys.argv[1])):
    s3.put_object(Bucket="exports", Key=f"orders/{number:05}.csv", Body=b"x" * 10)

plain = {"Content-Type": "text/plain"}
request = urllib.request.Request(f"{endpoint}/moto-api/reset-auth", data=b"0", headers=plain, method="POST")
urllib.request.urlopen(request).read()
print(f"ready {port} {key['AccessKeyId']} {key['SecretAccessKey']}", flush=True)
sys.stdin.read()
server.stop()
