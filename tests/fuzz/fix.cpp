// FIX: streams of bytes as a line gives them, and messages that are whole but say anything. What is cut out
// of a stream is a message; no message ends the session's process, and what a stored one becomes when it is
// sent again is a message with the same fields.
#include <ctime>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "fix/resend.hpp"
#include "fix/session.hpp"
#include "fixd/known_order.hpp"
#include "fixd/market_data_request.hpp"
#include "fixd/translation.hpp"
#include "fixd/venue_translation.hpp"
#include "fuzz/fuzz.hpp"
#include "lib/fix/memory_store.hpp"

namespace trade::fuzz {
namespace {

/// Everything that is sent is to be a message.
class CheckedLine final : public fix::Connection {
 public:
  void send(const std::string& bytes) override {
    fix::Framer framer;
    std::string message;
    require(framer.add(bytes.data(), bytes.size()) && framer.next(message) && message == bytes,
            "what is sent is one message");
  }
  std::size_t unsent_bytes() const override { return 0; }
  void disconnect() override {}
};

/// An order that was understood is the same after it was kept, and is told in both versions.
void check_order(const fix::Message& message) {
  const auto order = fixd::order_of(message);
  if (!order) {
    require(order.error().message.starts_with("tag "), "a refusal names the tag");
    return;
  }
  fixd::Report report;
  report.order.id = {1};
  report.order.symbol = message.text(55);
  report.order.side = order->side;
  report.order.type = order->type;
  report.order.time_in_force = order->time_in_force;
  report.order.quantity = order->quantity;
  report.order.limit_price = order->limit_price;
  report.order.stop_price = order->stop_price;
  report.order.instructions = order->instructions;
  ByteWriter writer;
  fixd::write_order(writer, report.order);
  ByteReader reader(writer.bytes());
  fixd::KnownOrder again;
  require(fixd::read_order(reader, again) && again == report.order, "an order is kept as it is");
  for (const char* const version : {"FIX.4.2", "FIX.4.4"})
    require(!fixd::execution_report(report, version).fields.empty(), "an order can be told");
}

/// What another market tells is bounded, whatever it tells: tradingd takes it as it is.
void check_execution(const fix::Message& message) {
  fix::Verdict wrong;
  const auto told = fixd::read_execution(message, wrong);
  if (!told) {
    require(wrong.kind != fix::Verdict::taken && wrong.tag != 0, "a refusal names the tag");
    return;
  }
  for (const std::string* id : {&told->execution_id, &told->reference_execution_id, &told->venue_order_id}) {
    require(id->size() <= execution_id_bytes_max, "an id of the venue's is short");
    require(fixd::venue_text(*id) == *id, "an id of the venue's can be shown");
  }
  require(fixd::venue_text(told->text) == told->text, "a text of the venue's is short and can be shown");
  for (const Quantity quantity :
       {told->last_quantity, told->terms.quantity, told->cumulative, told->leaves}) {
    require(quantity.shares >= 0 && quantity.shares <= order_quantity_max, "a quantity is in range");
  }
  for (const Price price :
       {told->last_price, told->terms.limit_price, told->terms.stop_price, told->average_price}) {
    require(price.units >= 0 && price.units <= price_units_max, "a price is in range");
  }
  for (const auto& request : {told->request, told->original}) {
    if (request)
      require(fixd::parse_request_id(fixd::format_request_id(*request)) == request, "a ClOrdID is ours");
  }
}

/// What is asked of the market is bounded, or refused with a reason.
void check_market_data_request(const fix::Message& message, bool fix42) {
  const auto asked = fixd::market_data_request_of(message, fix42);
  if (!asked) {
    require(!asked.error().text.empty(), "a refusal says why");
    return;
  }
  require(asked->levels >= 1 && asked->levels <= fixd::market_depth_max, "the depth is in range");
  require(asked->symbols.size() <= fixd::request_symbols_max, "the symbols are not too many");
}

class CheckingHandler final : public fix::Handler {
 public:
  CheckingHandler(fix::Session*& session, bool fix42) : session_(session), fix42_(fix42) {}
  std::string check_logon(const fix::Message&) override { return {}; }
  void logged_on() override {}
  void logged_out() override {}
  fix::Verdict received(const fix::Message& message) override {
    check_order(message);
    check_execution(message);
    if (message.type == "V") check_market_data_request(message, fix42_);
    fix::Message reply;
    reply.type = "j";
    reply.add(45, message.text(34)).add(372, message.type).add(380, "0").add(58, "as it is");
    session_->send(reply);
    return {};
  }
  void log(const std::string&) override {}

 private:
  fix::Session*& session_;
  bool fix42_;
};

std::string framed(std::string_view version, const std::string& body) {
  const std::string message =
      "8=" + std::string(version) + "\0019=" + std::to_string(body.size()) + '\001' + body;
  return message + "10=" + fix::checksum_of(message) + '\001';
}

std::string now() {
  char text[32];
  const std::time_t seconds = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  std::strftime(text, sizeof text, "%Y%m%d-%H:%M:%S", &parts);
  return text;
}

struct World {
  explicit World(const char* version) : handler(pointer, std::string_view(version) == "FIX.4.2") {
    fix::SessionOptions options;
    options.version = version;
    options.our_comp_id = "TRADE";
    options.their_comp_id = "BUYSIDE";
    session = std::make_unique<fix::Session>(options, store, handler);
    pointer = session.get();
    session->attach(line);
    session->receive(framed(version, "35=A\00134=1\00149=BUYSIDE\00152=" + now() +
                                         "\00156=TRADE\00198=0\001108=30\001554=x\001"));
    require(session->logged_on(), "a logon is taken");
  }

  fix::test::MemoryStore store;
  CheckedLine line;
  fix::Session* pointer = nullptr;
  CheckingHandler handler;
  std::unique_ptr<fix::Session> session;
};

void take(World& world, const std::string& message) {
  if (!world.session->attached()) return;
  world.session->receive(message);
  world.session->tick();
}

/// The bytes as a line gives them, in pieces.
void stream(std::string_view bytes, std::size_t piece, const char* version) {
  World world(version);
  fix::Framer framer;
  std::string message;
  while (!bytes.empty()) {
    const std::string_view part = bytes.substr(0, piece);
    if (!framer.add(part.data(), part.size())) return;
    while (framer.next(message)) {
      require(message.starts_with("8=FIX") && message.ends_with('\001'), "what is cut is a message");
      check_order(fix::parse(message));
      check_execution(fix::parse(message));
      const std::string again = fix::sent_again(message, "20260130-14:30:00.000");
      fix::Framer other;
      std::string whole;
      if (again.size() <= fix::Framer::message_bytes_max) {
        require(other.add(again.data(), again.size()) && other.next(whole) && whole == again,
                "what is sent again is a message");
      }
      take(world, message);
    }
    bytes.remove_prefix(part.size());
  }
}

/// Lines "TYPE|11=x|…": each becomes a whole message in its turn, '|' the separator.
void messages(std::string_view text, const char* version) {
  World world(version);
  while (!text.empty()) {
    const std::string_view row = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), row.size() + 1));
    std::string fields(row);
    for (char& character : fields) {
      if (character == '|') character = '\001';
    }
    if (fields.empty() || fields.size() > 8'192) continue;
    if (fields.back() != '\001') fields += '\001';
    const std::size_t type_end = fields.find('\001') + 1;
    take(world,
         framed(version, "35=" + fields.substr(0, type_end) +
                             "34=" + std::to_string(world.store.next_target()) +
                             "\00149=BUYSIDE\00152=" + now() + "\00156=TRADE\001" + fields.substr(type_end)));
  }
}

}  // namespace
}  // namespace trade::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace trade::fuzz;
  Input input(data, size);
  // 'a' and what follows it, so that a corpus can be written by hand.
  const auto kind = static_cast<std::uint8_t>(input.take_byte() - 'a');
  const char* const version = (kind & 1) == 0 ? "FIX.4.4" : "FIX.4.2";
  if ((kind & 2) == 0) {
    messages(input.text(), version);
  } else {
    stream(input.text(), (kind & 4) == 0 ? 1'000 : 7, version);
  }
  return 0;
}
