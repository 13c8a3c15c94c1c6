#include "follower/remote_reader.hpp"

#include <cstring>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "journal/record.hpp"

namespace trade::follower {

namespace {

class RemoteReader final : public journal::Reader {
 public:
  explicit RemoteReader(const ClientOptions& options) : client_(options) {}

  Result<journal::Head> head() override {
    const Result<JournalReply> reply = client_.journal({.from_batch = 1, .bytes_max = 0});
    if (!reply) return std::unexpected(reply.error());
    return journal::Head{.batch = reply->head_batch,
                         .next_command = reply->head_next_command,
                         .last_sequence = reply->head_sequence};
  }

  Result<bool> read(std::uint64_t number, wire::Batch& batch) override {
    const Result<const std::string*> record = fetch(number);
    if (!record) return std::unexpected(record.error());
    if (*record == nullptr) return false;
    buffer_.assign(std::as_bytes(std::span(**record)));
    const bool follows = link_ && link_->head.batch + 1 == number;
    Result<journal::ChainLink> link =
        journal::decode_record(buffer_.bytes(), follows ? link_ : std::optional<journal::ChainLink>(), batch);
    if (!link) return pass_on(std::move(link));
    if (link->head.batch != number) {
      return fail(ErrorCode::corrupt, "tradingd gave batch " + std::to_string(link->head.batch) +
                                          " for batch " + std::to_string(number));
    }
    link_ = *link;
    return true;
  }

  Result<bool> read_encoded(std::uint64_t number, std::string& record) override {
    const Result<const std::string*> found = fetch(number);
    if (!found) return std::unexpected(found.error());
    if (*found == nullptr) return false;
    record = **found;
    return true;
  }

 private:
  /// The record, from what was fetched ahead or from tradingd; null when it is not there yet.
  Result<const std::string*> fetch(std::uint64_t number) {
    if (number < fetched_from_ || number >= fetched_from_ + fetched_.size()) {
      Result<JournalReply> reply =
          client_.journal({.from_batch = number, .bytes_max = remote_read_bytes_max});
      if (!reply) return pass_on(std::move(reply));
      fetched_from_ = number;
      fetched_ = std::move(reply->batches);
      if (fetched_.empty()) return nullptr;
      if (reply->record_bytes != 0) {
        if (Status whole = fetch_rest(number, reply->record_bytes); !whole) {
          fetched_.clear();
          return pass_on(std::move(whole));
        }
      }
    }
    return &fetched_[number - fetched_from_];
  }

  /// The other parts of a record, of which the first is there.
  Status fetch_rest(std::uint64_t number, std::uint64_t record_bytes) {
    std::string& record = fetched_.front();
    if (record_bytes > journal::record_header_bytes + journal::record_payload_bytes_max) return unfit(number);
    while (record.size() < record_bytes) {
      const Result<JournalReply> reply = client_.journal(
          {.from_batch = number, .bytes_max = remote_read_bytes_max, .from_byte = record.size()});
      if (!reply) return std::unexpected(reply.error());
      if (reply->batches.size() != 1 || reply->batches.front().empty()) return unfit(number);
      record += reply->batches.front();
    }
    return record.size() == record_bytes ? Status() : unfit(number);
  }
  static std::unexpected<Error> unfit(std::uint64_t number) {
    return fail(ErrorCode::corrupt,
                "the parts of batch " + std::to_string(number) + " that tradingd gave do not fit together");
  }

  Client client_;
  std::uint64_t fetched_from_ = 0;
  std::vector<std::string> fetched_;
  wire::AlignedBuffer buffer_;
  std::optional<journal::ChainLink> link_;
};

}  // namespace

std::shared_ptr<const bus::RemoteSuite> remote_suite(const app::RemoteProfile& profile) {
  return std::make_shared<const bus::RemoteSuite>(
      bus::RemoteSuite{profile.server_key, profile.client_keys, profile.addresses, profile.publications});
}

std::unique_ptr<journal::Reader> open_remote_reader(const ClientOptions& options) {
  return std::make_unique<RemoteReader>(options);
}

}  // namespace trade::follower
