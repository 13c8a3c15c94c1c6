#include <memory>
#include <thread>

#include <zmq.hpp>

#include "bus/sockets.hpp"
#include "bus/topics.hpp"
#include "bus_test_support.hpp"

namespace trade::bus {
namespace {

TEST(Topics, AreTerminatedSoThatNoneIsThePrefixOfAnother) {
  EXPECT_EQ(quote_topic("AAPL").view(), std::string_view("q:AAPL\0", 7));
  EXPECT_EQ(depth_topic("A").view(), std::string_view("d:A\0", 4));
  EXPECT_EQ(tape_topic("ABCDEFGHIJKLMNO").view(), std::string_view("t:ABCDEFGHIJKLMNO\0", 18));
  EXPECT_EQ(batch_topic().view(), std::string_view("b\0", 2));
  EXPECT_FALSE(quote_topic("AAPL").view().starts_with(quote_topic("A").view()));
  EXPECT_TRUE(quote_topic("AAPL").view().starts_with(all_quotes));
}

class Publications : public ::testing::Test {
 protected:
  void start_publisher() {
    auto publisher = Publisher::bind(Context(), endpoints, "feedd");
    ASSERT_TRUE(publisher) << publisher.error().message;
    publisher_ = std::make_unique<Publisher>(std::move(*publisher));
  }
  Subscriber connect() {
    auto subscriber = Subscriber::connect(context, endpoints, "feedd");
    EXPECT_TRUE(subscriber) << subscriber.error().message;
    return std::move(*subscriber);
  }
  /// Until every subscription made so far is in force.
  void confirm(Subscriber& subscriber) {
    const std::uint64_t before = subscriber.confirmations();
    subscriber.request_confirmation();
    const Deadline deadline = soon();
    while (subscriber.confirmations() == before) {
      ASSERT_FALSE(past(deadline)) << "no confirmation";
      if (publisher_) publisher_->process_subscriptions();
      ASSERT_FALSE(subscriber.receive(topic, frame));
      subscriber.wait(in_milliseconds(1));
    }
  }
  /// The next publication, waited for; false when none came.
  bool next(Subscriber& subscriber, Deadline deadline) {
    while (!subscriber.receive(topic, frame)) {
      if (past(deadline)) return false;
      subscriber.wait(deadline);
    }
    return true;
  }
  void publish(const Topic& to, std::string_view text) { publisher_->publish(to.view(), bytes_of(text)); }

  test::TemporaryDirectory home;
  Endpoints endpoints{home.path()};
  Context context;
  std::unique_ptr<Publisher> publisher_;
  Frame topic;
  Frame frame;
};

TEST_F(Publications, ASubscriberGetsItsTopicsOnly) {
  start_publisher();
  Subscriber subscriber = connect();
  subscriber.subscribe(quote_topic("A").view());
  confirm(subscriber);
  publish(quote_topic("AAPL"), "not asked for");
  publish(depth_topic("A"), "nor this");
  publish(quote_topic("A"), "this");
  ASSERT_TRUE(next(subscriber, soon()));
  EXPECT_EQ(topic.text(), quote_topic("A").view());
  EXPECT_EQ(frame.text(), "this");
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(frame.bytes().data()) % 8, 0U);
  EXPECT_FALSE(next(subscriber, in_milliseconds(30)));
  EXPECT_EQ(publisher_->published(), 3U);
}

TEST_F(Publications, APrefixBringsEverySymbol) {
  start_publisher();
  Subscriber subscriber = connect();
  subscriber.subscribe(all_quotes);
  confirm(subscriber);
  publish(quote_topic("A"), "1");
  publish(tape_topic("A"), "2");
  publish(quote_topic("B"), "3");
  ASSERT_TRUE(next(subscriber, soon()));
  EXPECT_EQ(frame.text(), "1");
  ASSERT_TRUE(next(subscriber, soon()));
  EXPECT_EQ(frame.text(), "3");
}

TEST_F(Publications, ThePublisherKnowsWhatIsWanted) {
  start_publisher();
  EXPECT_FALSE(publisher_->wanted(quote_topic("A").view()));
  EXPECT_FALSE(publisher_->wanted(all_quotes));
  {
    Subscriber subscriber = connect();
    subscriber.subscribe(quote_topic("A").view());
    confirm(subscriber);
    EXPECT_TRUE(publisher_->wanted(quote_topic("A").view()));
    EXPECT_FALSE(publisher_->wanted(quote_topic("B").view()));
    EXPECT_TRUE(publisher_->wanted(all_quotes));
    subscriber.subscribe(all_tapes);
    confirm(subscriber);
    EXPECT_TRUE(publisher_->wanted(tape_topic("B").view()));
    EXPECT_FALSE(publisher_->wanted(depth_topic("B").view()));
    subscriber.unsubscribe(all_tapes);
    confirm(subscriber);
    EXPECT_FALSE(publisher_->wanted(tape_topic("B").view()));
  }
  const Deadline deadline = soon();
  while (publisher_->wanted(quote_topic("A").view()) && !past(deadline))
    publisher_->process_subscriptions();
  EXPECT_FALSE(publisher_->wanted(quote_topic("A").view()));
}

TEST_F(Publications, AfterAConfirmationNothingIsMissed) {
  start_publisher();
  // Again and again with fresh connections, because what is tested here is a race.
  for (int round = 0; round < 50; ++round) {
    Subscriber subscriber = connect();
    for (int i = 0; i < 20; ++i)
      subscriber.subscribe(quote_topic("S" + std::to_string(i)).view());
    confirm(subscriber);
    for (int i = 0; i < 20; ++i)
      publish(quote_topic("S" + std::to_string(i)), std::to_string(i));
    for (int i = 0; i < 20; ++i) {
      ASSERT_TRUE(next(subscriber, soon())) << "round " << round << ", publication " << i;
      ASSERT_EQ(frame.text(), std::to_string(i));
    }
  }
}

TEST_F(Publications, ASubscriberOutlivesItsPublisher) {
  Subscriber subscriber = connect();
  subscriber.subscribe(quote_topic("A").view());
  EXPECT_FALSE(next(subscriber, in_milliseconds(20)));
  EXPECT_FALSE(subscriber.connected());
  for (std::uint64_t round = 1; round <= 3; ++round) {
    start_publisher();
    confirm(subscriber);
    EXPECT_TRUE(subscriber.connected());
    EXPECT_EQ(subscriber.connections(), round);
    publish(quote_topic("A"), "hello");
    ASSERT_TRUE(next(subscriber, soon()));
    EXPECT_EQ(frame.text(), "hello");
    EXPECT_EQ(subscriber.missed(), 0U);
    publisher_.reset();
    const Deadline deadline = soon();
    while (subscriber.connected() && !past(deadline)) {
      subscriber.wait(in_milliseconds(10));
      ASSERT_FALSE(subscriber.receive(topic, frame));
    }
    EXPECT_FALSE(subscriber.connected());
  }
}

TEST_F(Publications, ASlowSubscriberMissesSomeAndIsToldHowMany) {
  start_publisher();
  Subscriber slow = connect();
  slow.subscribe(tape_topic("A").view());
  confirm(slow);
  // More than both ends and the socket between them hold.
  constexpr std::uint64_t burst = 3U * publication_messages_max;
  const std::string text(200, 'x');
  for (std::uint64_t i = 0; i < burst; ++i)
    publish(tape_topic("A"), text);
  std::uint64_t received = 0;
  std::uint64_t missed = 0;
  while (next(slow, in_milliseconds(200))) {
    ++received;
    missed += slow.missed();
  }
  EXPECT_LT(received, burst);
  EXPECT_GE(received, static_cast<std::uint64_t>(publication_messages_max) - 10);
  publish(tape_topic("A"), "after");
  ASSERT_TRUE(next(slow, soon()));
  EXPECT_EQ(frame.text(), "after");
  EXPECT_EQ(missed + slow.missed(), burst - received);
  publish(tape_topic("A"), "and on");
  ASSERT_TRUE(next(slow, soon()));
  EXPECT_EQ(slow.missed(), 0U);
}

TEST_F(Publications, SubscribingDoesNotDelayThePublisher) {
  start_publisher();
  Subscriber subscriber = connect();
  // Nobody calls process_subscriptions here: publishing itself takes note now and then.
  subscriber.subscribe(batch_topic().view());
  const Deadline deadline = soon();
  bool received = false;
  while (!received && !past(deadline)) {
    publish(batch_topic(), "ding");
    received = subscriber.receive(topic, frame);
  }
  EXPECT_TRUE(received);
}

TEST_F(Publications, MalformedPublicationsAreCountedAndDropped) {
  ASSERT_TRUE(endpoints.prepare());
  zmq::context_t raw_context;
  zmq::socket_t raw(raw_context, zmq::socket_type::xpub);
  raw.set(zmq::sockopt::linger, 0);
  raw.bind(endpoints.publication_address("feedd"));
  Subscriber subscriber = connect();
  subscriber.subscribe("");
  zmq::message_t subscription;
  ASSERT_TRUE(raw.recv(subscription));
  const std::string numbered = std::string("q:A\0", 4) + std::string(8, '\0');
  raw.send(zmq::str_buffer("alone and long enough"), zmq::send_flags::none);
  raw.send(zmq::str_buffer("short"), zmq::send_flags::sndmore);
  raw.send(zmq::str_buffer("payload"), zmq::send_flags::none);
  raw.send(zmq::buffer(numbered), zmq::send_flags::sndmore);
  raw.send(zmq::str_buffer("payload"), zmq::send_flags::sndmore);
  raw.send(zmq::str_buffer("too much"), zmq::send_flags::none);
  raw.send(zmq::buffer(numbered), zmq::send_flags::sndmore);
  raw.send(zmq::str_buffer("good"), zmq::send_flags::none);
  ASSERT_TRUE(next(subscriber, soon()));
  EXPECT_EQ(topic.text(), quote_topic("A").view());
  EXPECT_EQ(frame.text(), "good");
  EXPECT_EQ(subscriber.malformed(), 3U);
}

}  // namespace
}  // namespace trade::bus
