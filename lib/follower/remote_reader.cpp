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
    // The end's number comes with any answer; what else is to know of it stands in its record.
    Result<JournalReply> reply = client_.journal({.from_batch = head_batch_ + 1, .bytes_max = 1});
    if (!reply) return pass_on(std::move(reply));
    while (reply->head_batch > head_batch_) {
      head_batch_ = reply->head_batch;
      reply = client_.journal({.from_batch = head_batch_, .bytes_max = 1});
      if (!reply) return pass_on(std::move(reply));
      if (reply->batches.empty())
        return fail(ErrorCode::corrupt, "tradingd does not give its journal's last batch");
      buffer_.assign(std::as_bytes(std::span(reply->batches.front())));
      const auto header = journal::read_record_header(buffer_.bytes());
      if (!header) return std::unexpected(header.error());
      head_ = header->head();
    }
    return head_;
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
    }
    return &fetched_[number - fetched_from_];
  }

  Client client_;
  std::uint64_t head_batch_ = 0;
  journal::Head head_;
  std::uint64_t fetched_from_ = 0;
  std::vector<std::string> fetched_;
  wire::AlignedBuffer buffer_;
  std::optional<journal::ChainLink> link_;
};

}  // namespace

std::unique_ptr<journal::Reader> open_remote_reader(const ClientOptions& options) {
  return std::make_unique<RemoteReader>(options);
}

}  // namespace trade::follower
