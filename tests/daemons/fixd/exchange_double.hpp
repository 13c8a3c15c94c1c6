// A venue in the same process: an acceptor on a real line, which says what a test has it say.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <unistd.h>

#include "access/venue_store.hpp"
#include "fix/session.hpp"
#include "fixd/line.hpp"
#include "lib/fix/memory_store.hpp"

namespace trade::fixd::test {

using Fields = std::vector<std::pair<int, std::string>>;

class ExchangeDouble : public fix::Handler {
 public:
  ExchangeDouble() : session_(options(), store_, *this) {
    std::string problem;
    listener_ = listen_on("127.0.0.1:0", problem);
    EXPECT_GE(listener_, 0) << problem;
  }
  ~ExchangeDouble() override { ::close(listener_); }

  static fix::SessionOptions options() {
    fix::SessionOptions options;
    options.version = "FIX.4.4";
    options.our_comp_id = "EXCHANGE";
    options.their_comp_id = "BROKER";
    return options;
  }
  [[nodiscard]] std::uint16_t port() const { return static_cast<std::uint16_t>(port_of(listener_)); }
  /// How it is reached, for the table of venues.
  [[nodiscard]] access::VenueSession venue_session() const {
    access::VenueSession venue;
    venue.name = "EXCHANGE";
    venue.host = "127.0.0.1";
    venue.port = port();
    venue.sender_comp_id = "BROKER";
    venue.target_comp_id = "EXCHANGE";
    venue.reset_second = -1;
    return venue;
  }
  void turn() {
    std::string address;
    if (const int descriptor = accept_from(listener_, address); descriptor >= 0) {
      cut();
      line_ = std::make_unique<Line>(descriptor, address);
      session_.attach(*line_);
    }
    if (!line_) return;
    line_->read();
    std::string message;
    while (line_->framer().next(message))
      session_.receive(message);
    line_->flush();
    if (line_->over()) cut();
  }
  void cut() {
    if (!line_) return;
    session_.detach();
    line_.reset();
  }
  /// Its numbers and messages are gone.
  void lose_store() {
    cut();
    store_.reset(0);
  }
  void say(const std::string& type, const Fields& fields) {
    fix::Message message;
    message.type = type;
    for (const auto& [tag, value] : fields)
      message.add(tag, value);
    session_.send(message);
  }
  void report(const std::string& id, const std::string& type, const std::string& status, Fields more = {}) {
    Fields fields{{37, "X"},   {11, id},     {17, "E" + std::to_string(++executions_)},
                  {150, type}, {39, status}, {55, "AAPL"},
                  {54, "1"}};
    fields.insert(fields.end(), more.begin(), more.end());
    for (const int tag : {151, 14, 6}) {
      if (!std::ranges::any_of(more, [tag](const auto& field) { return field.first == tag; }))
        fields.emplace_back(tag, "0");
    }
    say("8", fields);
  }
  /// The messages of a type that came, and forgets them.
  std::vector<fix::Message> take(const std::string& type) {
    std::vector<fix::Message> found;
    std::erase_if(taken, [&](const fix::Message& message) {
      if (message.type != type) return false;
      found.push_back(message);
      return true;
    });
    return found;
  }
  [[nodiscard]] bool has(const std::string& type) const {
    return std::ranges::any_of(taken, [&](const fix::Message& message) { return message.type == type; });
  }

  std::string check_logon(const fix::Message&) override { return ""; }
  void logged_on() override { ++logons; }
  void logged_out() override {}
  fix::Verdict received(const fix::Message& message) override {
    taken.push_back(message);
    if (message.type == "AF" && !takes_mass) return {fix::Verdict::type_unsupported, 0};
    return {};
  }
  void refused(const fix::Message& reject) override { rejects.push_back(reject); }
  void log(const std::string&) override {}

  std::vector<fix::Message> taken, rejects;
  int logons = 0;
  bool takes_mass = true;

 private:
  trade::fix::test::MemoryStore store_;
  fix::Session session_;
  int listener_ = -1;
  std::unique_ptr<Line> line_;
  int executions_ = 0;
};

}  // namespace trade::fixd::test
