#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "journal/journal.hpp"
#include "journal/record.hpp"

namespace trade::journal {

template <class T>
::testing::AssertionResult succeeded(const Result<T>& result) {
  if (result) return ::testing::AssertionSuccess();
  return ::testing::AssertionFailure()
         << result.error().name << ": " << result.error().message << " (" << result.error().hint << ")";
}

/// A batch as a sequencer hands it to a writer.
struct SourceBatch {
  wire::Encoder::BatchHeader header;
  wire::Bytes encoded;  ///< good until the next batch is made
  Sequence last_sequence = 0;
  std::uint64_t next_command = 1;
};

/// As the journal stores it after the record of that hash.
inline std::string make_record(const SourceBatch& batch, const Hash& previous,
                               std::uint16_t version = record_version) {
  const auto header = make_record_header(batch.header, batch.last_sequence, batch.next_command, previous,
                                         batch.encoded, version);
  const auto bytes = encode_record_header(header);
  std::string record(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  record.append(reinterpret_cast<const char*>(batch.encoded.data()), batch.encoded.size());
  return record;
}

/// Makes batches that follow one another. Their content depends on their numbers alone.
class BatchSource {
 public:
  explicit BatchSource(const Head& head = {}) : head_(head) {}

  /// Orders, two events each.
  SourceBatch next(std::size_t commands_count = 3) {
    std::vector<std::string> ids;
    std::vector<Command> commands;
    std::vector<Event> events;
    ids.reserve(commands_count);
    Sequence sequence = head_.last_sequence;
    for (std::uint64_t number = head_.next_command; number < head_.next_command + commands_count; ++number) {
      const std::string& id = ids.emplace_back(client_order_id(number));
      const Timestamp now{static_cast<std::int64_t>(1'700'000'000'000'000'000 + number)};
      commands.push_back({now, PlaceOrder{.account = AccountId{1},
                                          .symbol = SymbolId{1},
                                          .side = Side::buy,
                                          .type = OrderType::limit,
                                          .time_in_force = TimeInForce::day,
                                          .quantity = Quantity{100},
                                          .limit_price = Price{10'000},
                                          .stop_price = {},
                                          .client_order_id = id}});
      events.push_back({++sequence, now,
                        OrderAccepted{.order = OrderId{number},
                                      .account = AccountId{1},
                                      .symbol = SymbolId{1},
                                      .side = Side::buy,
                                      .type = OrderType::limit,
                                      .time_in_force = TimeInForce::day,
                                      .status = OrderStatus::submitted,
                                      .quantity = Quantity{100},
                                      .limit_price = Price{10'000},
                                      .stop_price = {},
                                      .client_order_id = id}});
      events.push_back({++sequence, now,
                        OrderRested{OrderId{number}, SymbolId{1}, Side::buy, Price{10'000}, Quantity{100}}});
    }
    SourceBatch batch;
    batch.header = {.batch = head_.batch + 1,
                    .first_command = head_.next_command,
                    .first_sequence = head_.last_sequence + 1,
                    .state_hash = (head_.batch + 1) * 0x9e3779b97f4a7c15u};
    batch.encoded =
        encoder_.encode_batch(batch.header, commands, std::vector<std::uint32_t>(commands_count, 2), events);
    batch.last_sequence = sequence;
    batch.next_command = head_.next_command + commands_count;
    head_ = {batch.header.batch, batch.next_command, batch.last_sequence};
    return batch;
  }

  static std::string client_order_id(std::uint64_t number) { return "order-" + std::to_string(number); }

 private:
  Head head_;
  wire::Encoder encoder_;
};

inline Status append(Writer& writer, const SourceBatch& batch) {
  return writer.append(batch.header, batch.encoded, batch.last_sequence, batch.next_command);
}

/// True when the batch read under `number` is the one that BatchSource made.
inline bool is_source_batch(const wire::Batch& batch, std::uint64_t number) {
  if (batch.header.batch != number || batch.header.state_hash != number * 0x9e3779b97f4a7c15u) return false;
  std::uint64_t command_number = batch.header.first_command;
  for (const Command& command : batch.commands) {
    const auto* order = std::get_if<PlaceOrder>(&command.body);
    if (order == nullptr || order->client_order_id != BatchSource::client_order_id(command_number++))
      return false;
  }
  return batch.events.size() == 2 * batch.commands.size();
}

/// A journal of so many batches, closed again.
inline void make_journal(const std::filesystem::path& directory, std::uint64_t batches,
                         std::size_t commands_each = 3) {
  auto writer = open_writer(directory, {.sync = false});
  ASSERT_TRUE(succeeded(writer));
  BatchSource source((*writer)->head());
  for (std::uint64_t i = 0; i < batches; ++i) {
    ASSERT_TRUE(succeeded(append(**writer, source.next(commands_each))));
  }
}

inline std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

inline void write_file(const std::filesystem::path& path, const std::string& content) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << content;
}

inline wire::Bytes bytes_of(const std::string& text) {
  return std::as_bytes(std::span(text));
}

}  // namespace trade::journal
