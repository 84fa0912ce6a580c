"""The mock cluster of librdkafka, which speaks Kafka's protocol with three brokers, in clear and without signing in. Prints the port of one.

The topic `orders` has four partitions with 5, 2, 0 and 0 records; the group `billing` took 2 of the first and all of the second, and
none of the others. The topic `round` is empty.
"""

import sys

from confluent_kafka import Consumer, Producer, TopicPartition

producer = Producer({"bootstrap.servers": "", "test.mock.num.brokers": 3})
brokers = producer.list_topics("orders", timeout=10).brokers.values()
addresses = ",".join(f"{broker.host}:{broker.port}" for broker in brokers)
producer.list_topics("round", timeout=10)
for partition, count in [(0, 5), (1, 2)]:
    for number in range(count):
        producer.produce("orders", f"order {number}", partition=partition)
assert producer.flush(30) == 0
consumer = Consumer({"bootstrap.servers": addresses, "group.id": "billing"})
consumer.commit(offsets=[TopicPartition("orders", 0, 2), TopicPartition("orders", 1, 2)], asynchronous=False)
consumer.close()
print(f"port {next(iter(brokers)).port}", flush=True)
sys.stdin.read()
