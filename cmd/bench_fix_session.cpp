#include "bench_fix_session.hpp"

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <thread>

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.hpp"
#include "base/time.hpp"

namespace trade::cmd {

namespace {

constexpr char field_end = '\001';
constexpr std::chrono::milliseconds logon_retry{50};

void add_field(std::string& to, int tag, std::string_view value) {
  to += std::to_string(tag);
  to += '=';
  to += value;
  to += field_end;
}

/// "20260130-14:30:00.000".
std::string utc_now() {
  const std::string text = format_timestamp(SystemClock().now());
  return text.substr(0, 4) + text.substr(5, 2) + text.substr(8, 2) + "-" + text.substr(11, 12);
}

/// The first field with this tag, not in the message's first place; empty where there is none.
std::string_view field_of(std::string_view message, int tag) {
  const std::string begin = field_end + std::to_string(tag) + "=";
  const std::size_t at = message.find(begin);
  if (at == std::string_view::npos) return {};
  const std::size_t from = at + begin.size();
  return message.substr(from, message.find(field_end, from) - from);
}

std::unexpected<Error> line_ended(const std::string& why) {
  return fail(ErrorCode::internal, "the FIX session ended: " + why, "the log of fixd says more");
}

}  // namespace

BenchFixSession::~BenchFixSession() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Status BenchFixSession::connect() {
  if (descriptor_ >= 0) ::close(descriptor_);
  descriptor_ = -1;
  next_sequence_ = 1;
  received_.clear();
  const std::size_t colon = identity_.address.rfind(':');
  addrinfo hints{};
  hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (const int error = ::getaddrinfo(identity_.address.substr(0, colon).c_str(),
                                      identity_.address.substr(colon + 1).c_str(), &hints, &found);
      error != 0) {
    return fail(ErrorCode::internal,
                "cannot reach fixd at " + identity_.address + ": " + gai_strerror(error));
  }
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(found, ::freeaddrinfo);
  descriptor_ = ::socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int on = 1;
  if (descriptor_ < 0 || ::connect(descriptor_, found->ai_addr, found->ai_addrlen) != 0 ||
      ::setsockopt(descriptor_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) != 0) {
    return fail(ErrorCode::not_running,
                "cannot reach fixd at " + identity_.address + ": " + std::strerror(errno));
  }
  return {};
}

Status BenchFixSession::log_on(std::chrono::milliseconds patience) {
  const std::int64_t deadline_ns = monotonic_nanoseconds() + std::chrono::nanoseconds(patience).count();
  std::string fields;
  add_field(fields, 98, "0");
  add_field(fields, 108, "60");
  add_field(fields, 141, "Y");
  add_field(fields, 554, identity_.password);
  for (;;) {
    Status status = connect();
    if (status) status = send("A", fields);
    while (status && !logged_on_ && monotonic_nanoseconds() < deadline_ns) {
      status = receive([](const Report&) {});
      if (status && !logged_on_) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    if (status && logged_on_) return {};
    if (monotonic_nanoseconds() >= deadline_ns) {
      return status ? fail(ErrorCode::timed_out, "fixd did not answer the logon") : status;
    }
    std::this_thread::sleep_for(logon_retry);
  }
}

Status BenchFixSession::send(std::string_view type, std::string_view fields) {
  body_.clear();
  add_field(body_, 35, type);
  add_field(body_, 49, identity_.comp_id);
  add_field(body_, 56, identity_.target_comp_id);
  add_field(body_, 34, std::to_string(next_sequence_++));
  add_field(body_, 52, utc_now());
  body_ += fields;
  bytes_ = "8=FIX.4.4\0019=" + std::to_string(body_.size()) + field_end + body_;
  unsigned sum = 0;
  for (const char byte : bytes_)
    sum += static_cast<unsigned char>(byte);
  std::array<char, 8> digits{};
  std::snprintf(digits.data(), digits.size(), "%03u", sum % 256);
  add_field(bytes_, 10, digits.data());
  for (std::size_t sent = 0; sent < bytes_.size();) {
    const ssize_t count = ::send(descriptor_, bytes_.data() + sent, bytes_.size() - sent, MSG_NOSIGNAL);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return line_ended(std::strerror(errno));
    sent += static_cast<std::size_t>(count);
  }
  return {};
}

Status BenchFixSession::send(const Order& order) {
  std::string fields;
  add_field(fields, 11, order.client_order_id);
  add_field(fields, 1, order.account);
  add_field(fields, 21, "1");
  add_field(fields, 55, order.symbol);
  add_field(fields, 54, order.side == Side::buy ? "1" : "2");
  add_field(fields, 60, utc_now());
  add_field(fields, 38, format_quantity(order.quantity));
  add_field(fields, 40, "2");
  add_field(fields, 44, format_price(order.limit_price));
  add_field(fields, 59, "0");
  return send("D", fields);
}

Status BenchFixSession::receive(const std::function<void(const Report&)>& reported) {
  std::array<char, 64 << 10> part;
  for (;;) {
    const ssize_t count = ::recv(descriptor_, part.data(), part.size(), MSG_DONTWAIT);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && errno == EAGAIN) return {};
    if (count <= 0) return line_ended(count == 0 ? "fixd closed it" : std::strerror(errno));
    received_.append(part.data(), static_cast<std::size_t>(count));
    std::size_t taken = 0;
    for (;;) {
      // A message ends with its CheckSum, "10=nnn".
      const std::size_t trailer = received_.find("\00110=", taken);
      if (trailer == std::string::npos || received_.size() < trailer + 8) break;
      const std::string_view message = std::string_view(received_).substr(taken, trailer + 8 - taken);
      taken = trailer + 8;
      if (Status taken_in = answer(field_of(message, 35), message, reported); !taken_in) return taken_in;
    }
    received_.erase(0, taken);
  }
}

Status BenchFixSession::answer(std::string_view type, std::string_view message,
                               const std::function<void(const Report&)>& reported) {
  if (type == "8") {
    const std::string_view status = field_of(message, 39);
    reported({field_of(message, 11), status.empty() ? '0' : status.front()});
  } else if (type == "A") {
    logged_on_ = true;
  } else if (type == "1") {
    std::string fields;
    add_field(fields, 112, field_of(message, 112));
    return send("0", fields);
  } else if (type == "3" || type == "j" || type == "5") {
    return line_ended("fixd sent " + std::string(type) + ": " + std::string(field_of(message, 58)));
  }
  return {};
}

void BenchFixSession::log_out() {
  if (descriptor_ >= 0) static_cast<void>(send("5", {}));
}

}  // namespace trade::cmd
