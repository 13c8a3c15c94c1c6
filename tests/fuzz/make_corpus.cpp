// make_corpus DIR: writes the kept corpus' frames that only a program can make: one of each message, record
// and saved state. To be run again when messages are added.
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "base/byte_stream.hpp"
#include "engine/engine.hpp"
#include "itch/codec.hpp"
#include "itch/generator.hpp"
#include "itch/writer.hpp"
#include "journal/record.hpp"
#include "lib/engine/random_flow.hpp"
#include "lib/wire/samples.hpp"

namespace {

using namespace trade;
namespace fs = std::filesystem;

void write(const fs::path& file, std::uint8_t kind, wire::Bytes bytes, bool with_kind = true) {
  fs::create_directories(file.parent_path());
  std::ofstream stream(file, std::ios::binary);
  if (with_kind) stream.put(static_cast<char>(kind));
  stream.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
}

std::uint8_t kind_of(wire::Bytes frame) {
  wire::AlignedBuffer buffer;
  buffer.assign(frame);
  if (wire::decode_request(buffer.bytes())) return 0;
  if (wire::decode_reply(buffer.bytes())) return 1;
  if (wire::decode_publication(buffer.bytes())) return 2;
  return 3;
}

void frames(const fs::path& directory) {
  for (const wire::test::SampleFrame& frame : wire::test::sample_frames()) {
    const std::uint8_t kind = kind_of(frame.bytes);
    std::string name = frame.name;
    for (char& c : name)
      if (c == ' ' || c == '/') c = '-';
    write(directory / "wire" / name, kind, frame.bytes);
    if (kind != 3) continue;
    write(directory / "journal_record" / ("payload-" + name), 1, frame.bytes);
    wire::Batch batch;
    batch.buffer.assign(frame.bytes);
    if (!wire::decode_batch(batch)) continue;
    const auto header =
        journal::make_record_header(batch.header, batch.last_sequence(),
                                    batch.header.first_command + batch.commands.size(), {}, frame.bytes);
    const auto head = journal::encode_record_header(header);
    std::vector<std::byte> record(head.begin(), head.end());
    record.insert(record.end(), frame.bytes.begin(), frame.bytes.end());
    write(directory / "journal_record" / ("record-" + name), 0, record);
  }
}

void state(const fs::path& file, const Engine& engine) {
  ByteWriter writer;
  engine.save(writer);
  write(file, 0, writer.bytes(), false);
}

void states(const fs::path& directory) {
  Engine engine;
  state(directory / "saved_state" / "empty", engine);
  std::vector<Event> events;
  std::int64_t time = 1'700'000'000 * nanoseconds_per_second;
  const auto apply = [&](const CommandBody& body) { engine.apply({Timestamp{time += 1'000}, body}, events); };
  apply(OpenAccount{*AccountName::make("alice"), AccountType::cash});
  apply(OpenAccount{*AccountName::make("bob"), AccountType::margin});
  apply(DepositCash{AccountId{1}, Money{100'000'000}});
  apply(AddSymbol{.symbol = *Symbol::make("AAPL"), .previous_close = Price{1'500'000}});
  apply(TransferShares{AccountId{2}, SymbolId{1}, Quantity{100}, Price{1'000'000}});
  for (int i = 0; i < 4; ++i) {
    PlaceOrder order{.account = AccountId{static_cast<std::uint32_t>(1 + i % 2)}, .symbol = SymbolId{1}};
    order.side = i % 2 == 0 ? Side::buy : Side::sell;
    order.type = OrderType::limit;
    order.quantity = Quantity{10 + i};
    order.limit_price = Price{1'500'000 + (i < 2 ? 0 : i % 2 == 0 ? -10'000 : 10'000)};
    const std::string id = "order-" + std::to_string(i);
    order.client_order_id = id;
    apply(order);
  }
  PlaceOrder stop{.account = AccountId{2}, .symbol = SymbolId{1}};
  stop.side = Side::sell;
  stop.type = OrderType::stop_loss;
  stop.quantity = Quantity{5};
  stop.stop_price = Price{1'400'000};
  apply(stop);
  state(directory / "saved_state" / "small-market", engine);
}

/// Orders at another market, in each of the states that one can be in there.
void routed_state(const fs::path& directory) {
  Engine engine;
  std::vector<Event> events;
  std::int64_t time = 1'700'000'000 * nanoseconds_per_second;
  const auto apply = [&](const CommandBody& body) { engine.apply({Timestamp{time += 1'000}, body}, events); };
  apply(OpenAccount{*AccountName::make("alice"), AccountType::margin});
  apply(DepositCash{AccountId{1}, Money{1'000'000'000}});
  apply(AddSymbol{.symbol = *Symbol::make("AAPL"), .previous_close = Price{100'000}});
  const VenueId venue{1};
  apply(AddVenue{*VenueName::make("north")});
  apply(SetRoute{SymbolId{1}, venue});
  apply(SetVenueSession{venue, true});
  const auto place = [&] {
    PlaceOrder order{.account = AccountId{1}, .symbol = SymbolId{1}};
    order.type = OrderType::limit;
    order.quantity = Quantity{100};
    order.limit_price = Price{100'000};
    apply(order);
  };
  const auto report = [&](std::uint64_t order, VenueReportKind kind, std::int64_t quantity = 0,
                          std::string_view execution = {}, std::string_view reference = {}) {
    VenueReport told{.venue = venue, .order = {order}, .kind = kind};
    told.execution_id = execution;
    told.reference_execution_id = reference;
    told.venue_order_id = kind == VenueReportKind::accepted ? "N1" : "";
    told.quantity = {quantity};
    told.price = Price{quantity == 0 ? 0 : 100'000};
    apply(told);
  };
  for (std::uint64_t order = 1; order <= 5; ++order) {
    place();
    if (order != 1) report(order, VenueReportKind::accepted);
  }
  report(2, VenueReportKind::filled, 40, "E1");
  report(2, VenueReportKind::filled, 10, "E2");
  report(2, VenueReportKind::busted, 0, {}, "E1");
  report(5, VenueReportKind::filled, 100, "E3");
  ReplaceOrder replace{.account = AccountId{1}, .order = OrderId{3}};
  replace.quantity = Quantity{150};
  replace.new_client_order_id = "renamed";
  apply(replace);
  apply(CancelOrder{.account = AccountId{1}, .order = OrderId{4}, .client_order_id = {}});
  state(directory / "saved_state" / "routed", engine);
  apply(SetVenueSession{.venue = venue, .up = false, .number = {7, 1}});
  place();
  state(directory / "saved_state" / "routed-unknown", engine);
}

/// What the engine's random tests come to, small enough to be searched from.
void random_states(const fs::path& directory) {
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    Engine engine;
    engine_test::RandomFlow flow(seed);
    std::vector<Event> events;
    const auto apply = [&](const Command& command) {
      events.clear();
      engine.apply(command, events);
      for (const Event& event : events)
        flow.see(event);
    };
    flow.set_up(apply);
    for (int i = 0; i < 80; ++i)
      apply(flow.next());
    state(directory / "saved_state" / ("random-" + std::to_string(seed)), engine);
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: make_corpus DIRECTORY\n");
    return 2;
  }
  frames(argv[1]);
  states(argv[1]);
  routed_state(argv[1]);
  random_states(argv[1]);
  return 0;
}
