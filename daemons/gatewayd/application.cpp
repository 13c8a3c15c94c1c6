#include "gatewayd/application.hpp"

#include <utility>
#include <variant>

#include "format/json.hpp"

namespace trade::gatewayd {

Application::Application(access::KeyStore& keys, app::LineLog& audit, const Clock& clock,
                         follower::Position position)
    : keys_(keys), audit_(audit), clock_(clock), position_(position) {
  sequence_ = position.last_sequence;
}

Status Application::apply(const wire::Batch& batch) {
  if (orders_ != nullptr) hub_->deliver_later(orders_->apply(batch));
  position_ = follower::position_after(batch);
  sequence_.store(position_.last_sequence, std::memory_order_relaxed);
  return {};
}

ReplyBody Application::answer(const RequestBody& request) {
  return std::visit([this](const auto& body) { return reply(body); }, request);
}

ReplyBody Application::reply(const CreateKeyRequest& request) {
  if (auto checked = parse_account_name(request.account); !checked) return ErrorReply{checked.error()};
  auto created = keys_.create({.account = request.account,
                               .role = request.role,
                               .expires_at = request.expires_at,
                               .requests_per_minute = request.requests_per_minute},
                              clock_.now());
  if (!created) return ErrorReply{created.error()};
  audit("create key", created->key);
  return KeyCreatedReply{std::move(created->key), std::move(created->secret)};
}

ReplyBody Application::reply(const KeysRequest&) {
  return KeysReply{keys_.list()};
}

ReplyBody Application::reply(const RevokeKeyRequest& request) {
  auto revoked = keys_.revoke(request.id, clock_.now());
  if (!revoked) return ErrorReply{revoked.error()};
  audit("revoke key", *revoked);
  KeysReply reply;
  reply.keys.push_back(std::move(*revoked));
  return reply;
}

void Application::audit(std::string_view what, const KeyView& key) {
  format::Json line;
  line["time"] = format_timestamp(clock_.now());
  line["by"] = "operator of this machine";
  line["what"] = what;
  line["key"] = key.id;
  line["account"] = key.account;
  line["role"] = name_of(key.role);
  audit_.write(format::text_of(line));
  audit_.flush();
}

void Application::describe(DaemonView& view) const {
  view.counters["http_port"] = counters_.http_port;
  view.counters["https_port"] = counters_.https_port;
  view.counters["http_requests"] = counters_.requests;
}

Result<follower::Position> position_at_end(const std::filesystem::path& journal) {
  auto reader = journal::open_reader(journal);
  if (!reader) {
    if (reader.error().code == ErrorCode::not_found) return follower::Position{};
    return pass_on(std::move(reader));
  }
  const auto head = (*reader)->head();
  if (!head) return std::unexpected(head.error());
  if (head->batch == 0) return follower::Position{};
  wire::Batch batch;
  const auto read = (*reader)->read(head->batch, batch);
  if (!read) return std::unexpected(read.error());
  if (!*read) return follower::Position{};
  return follower::position_after(batch);
}

}  // namespace trade::gatewayd
