#include "journal/record_checks.hpp"

#include <algorithm>
#include <atomic>
#include <thread>
#include <utility>

#include "base/worker_thread.hpp"

namespace trade::journal {

namespace {

CheckedRecord check(wire::Bytes record, wire::AlignedBuffer& buffer) {
  CheckedRecord checked;
  const auto header = read_record_header(record);
  if (!header) {
    checked.intact = std::unexpected(header.error());
    return checked;
  }
  checked.header = *header;
  const auto payload = record_payload(record);
  // The hash first: what follows from a flipped bit is of no interest.
  checked.intact = check_record_hash(*header, payload);
  if (!checked.intact) return checked;
  checked.content = check_record_checksum(*header, payload);
  if (!checked.content) return checked;
  const auto content = check_record_payload(*header, payload, buffer);
  if (content) {
    checked.commands = content->commands;
    checked.events = content->events;
  } else {
    checked.content = std::unexpected(content.error());
  }
  return checked;
}

}  // namespace

std::vector<CheckedRecord> check_records(std::span<const wire::Bytes> records, unsigned threads_max) {
  std::vector<CheckedRecord> checked(records.size());
  std::atomic<std::size_t> next = 0;
  const auto work = [&] {
    wire::AlignedBuffer buffer;
    for (std::size_t i = next.fetch_add(1); i < records.size(); i = next.fetch_add(1))
      checked[i] = check(records[i], buffer);
  };
  std::vector<std::thread> helpers;
  const std::size_t wanted = std::min<std::size_t>(threads_max, records.size());
  while (helpers.size() + 1 < wanted) {
    auto helper = start_worker_thread("a thread that checks records", work);
    if (!helper) break;
    helpers.push_back(std::move(*helper));
  }
  work();
  for (std::thread& helper : helpers)
    helper.join();
  return checked;
}

}  // namespace trade::journal
