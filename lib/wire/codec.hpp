// What the codecs of lib/wire share: writing into a FlatBuffers builder and reading records and lists.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>
#include <vector>

#include "model/command.hpp"
#include "model/event.hpp"
#include "model/messages.hpp"
#include "model/views.hpp"
#include "wire/checker.hpp"
#include "wire/packed_commands.hpp"
#include "wire/table_builder.hpp"
#include "wire/trade_generated.h"
#include "wire/wire.hpp"

namespace trade::wire {

template <class T>
using Offset = flatbuffers::Offset<T>;
template <class T>
using Rows = flatbuffers::Vector<Offset<T>>;

/// The version in every frame's root: a frame of another is refused.
constexpr std::uint16_t protocol_version = 1;

/// A text that was written already, so that a record that repeats it can point at it.
struct WrittenText {
  std::string_view text;
  Offset<flatbuffers::String> offset;
};

/// A value of a union: which member it is, and where it was written.
template <class UnionType>
struct UnionValue {
  UnionType type;
  Offset<void> value;
};

/// A table as a member of the union that has these Traits.
template <template <class> class Traits, class Table>
auto in_union(Offset<Table> offset) {
  using UnionType = std::remove_cv_t<decltype(Traits<Table>::enum_value)>;
  return UnionValue<UnionType>{Traits<Table>::enum_value, offset.Union()};
}

/// A builder, its memory reused from frame to frame, and the texts that the frame's records repeat.
class Writer {
 public:
  /// Forgets the frame before.
  void start();
  /// Completes the frame; the bytes are valid until the next start.
  template <class Table>
  Bytes finish(Offset<Table> content) {
    schema::FrameBuilder frame(builder);
    frame.add_content(content.Union());
    frame.add_protocol_version(protocol_version);
    frame.add_content_type(schema::ContentTraits<Table>::enum_value);
    return finish_frame(frame.Finish());
  }
  [[nodiscard]] std::size_t bytes_so_far() const { return builder.GetSize(); }

  /// Writes a text; an empty one is left out.
  Offset<flatbuffers::String> text(std::string_view text) {
    return text.empty() ? Offset<flatbuffers::String>{} : builder.CreateString(text.data(), text.size());
  }
  /// Points at `written` where that is the same text, else writes the text and makes it `written`.
  Offset<flatbuffers::String> text(std::string_view text, WrittenText& written) {
    if (text.empty()) return {};
    if (written.text != text) written = {text, builder.CreateString(text.data(), text.size())};
    return written.offset;
  }

  TableBuilder builder{std::size_t{64} * 1024};
  PackedCommandWriter packed_commands;
  std::vector<Offset<schema::SubmittedCommand>> submitted;  ///< of a submit request
  WrittenText echo;  ///< the client order id or the reason of the command last written: its events repeat it
  WrittenText account;  ///< the account's name last written in a submit request
  WrittenText symbol;

 private:
  Bytes finish_frame(Offset<schema::Frame> frame);
};

// Enumerations of the schema have the numbers of the model's: a test compares them, names included.
#define TRADE_WIRE_ENUM(E)                \
  inline schema::E to_schema(E value) {   \
    return static_cast<schema::E>(value); \
  }
TRADE_WIRE_ENUM(Side)
TRADE_WIRE_ENUM(OrderType)
TRADE_WIRE_ENUM(TimeInForce)
TRADE_WIRE_ENUM(OrderClass)
TRADE_WIRE_ENUM(OrderRole)
TRADE_WIRE_ENUM(OrderStatus)
TRADE_WIRE_ENUM(PostOnly)
TRADE_WIRE_ENUM(SelfTradePrevention)
TRADE_WIRE_ENUM(AccountType)
TRADE_WIRE_ENUM(AccountStatus)
TRADE_WIRE_ENUM(SymbolStatus)
TRADE_WIRE_ENUM(ShortSale)
TRADE_WIRE_ENUM(SessionPhase)
TRADE_WIRE_ENUM(MarketPhase)
TRADE_WIRE_ENUM(BandTier)
TRADE_WIRE_ENUM(DayTradingRule)
TRADE_WIRE_ENUM(CancelReason)
TRADE_WIRE_ENUM(Liquidity)
TRADE_WIRE_ENUM(WhenVenueDown)
TRADE_WIRE_ENUM(VenueState)
TRADE_WIRE_ENUM(VenueRequestKind)
TRADE_WIRE_ENUM(VenueReportKind)
TRADE_WIRE_ENUM(BarUnit)
TRADE_WIRE_ENUM(EquityStep)
TRADE_WIRE_ENUM(KeyRole)
TRADE_WIRE_ENUM(RejectReason)
TRADE_WIRE_ENUM(OrderFilter)
TRADE_WIRE_ENUM(ErrorCode)
#undef TRADE_WIRE_ENUM

/// Verifies a frame's structure, version and kind. `bytes_max` is the largest frame taken.
Result<const schema::Frame*> verify_frame(Bytes frame, std::size_t bytes_max, schema::Content content);

/// Verifies a frame, then reads its content with `read(check, content)`.
template <class Message, class Content, class Read>
Result<Message> decode_frame(Bytes bytes, Read read) {
  const Result<const schema::Frame*> frame =
      verify_frame(bytes, frame_bytes_max, schema::ContentTraits<Content>::enum_value);
  if (!frame) return std::unexpected<Error>(frame.error());
  Checker check(bytes.size());
  Message message = read(check, *static_cast<const Content*>((*frame)->content()));
  if (!check.ok()) return check.error();
  return message;
}

/// Writes each row with `write(writer, row)` and the list of them; an empty list is left out.
template <class Table, class Row, class Write>
Offset<Rows<Table>> write_rows(Writer& writer, const std::vector<Row>& rows, Write write) {
  if (rows.empty()) return {};
  std::vector<Offset<Table>> offsets;
  offsets.reserve(rows.size());
  for (const Row& row : rows)
    offsets.push_back(write(writer, row));
  return writer.builder.CreateVector(offsets);
}

/// Reads each element of a list with `read(check, element)`; an absent list is an empty one.
template <class Row, class Table, class Read>
std::vector<Row> read_rows(Checker& check, const Rows<Table>* rows, Read read) {
  std::vector<Row> result;
  if (rows == nullptr) return result;
  result.reserve(rows->size());
  for (flatbuffers::uoffset_t i = 0; i < rows->size() && check.ok(); ++i) {
    check.at(i);
    result.push_back(read(check, *rows->Get(i)));
  }
  return result;
}

/// Writes each row as a struct made by `make(row)`, and the list of them.
template <class Struct, class Row, class Make>
Offset<flatbuffers::Vector<const Struct*>> write_structs(Writer& writer, const std::vector<Row>& rows,
                                                         Make make) {
  if (rows.empty()) return {};
  Struct* structs = nullptr;
  const auto offset = writer.builder.CreateUninitializedVectorOfStructs(rows.size(), &structs);
  for (std::size_t i = 0; i < rows.size(); ++i)
    structs[i] = make(rows[i]);
  return offset;
}

/// Reads each struct of a list with `read(check, struct)`.
template <class Row, class Struct, class Read>
std::vector<Row> read_structs(Checker& check, const flatbuffers::Vector<const Struct*>* rows,
                              const char* field, Read read) {
  std::vector<Row> result;
  if (!check.readable(rows, field) || !check.charge(rows->size() * sizeof(Struct), field)) return result;
  result.reserve(rows->size());
  for (const Struct* row : *rows)
    result.push_back(read(check, *row));
  return result;
}

// Commands and events: unions. A reader leaves `body` as it is when it refuses.
UnionValue<schema::CommandBody> write_command(Writer& writer, const CommandBody& body);
void read_command(Checker& check, schema::CommandBody type, const void* table, CommandBody& body);
UnionValue<schema::EventBody> write_event(Writer& writer, const EventBody& body);
void read_event(Checker& check, schema::EventBody type, const void* table, EventBody& body);
// What of these two stands in a struct.
schema::TradeExecutedFields trade_executed_struct(const TradeExecuted& event);
TradeExecuted read_trade_executed(Checker& check, const schema::TradeExecutedFields& fields);
schema::OrderCancelledFields order_cancelled_struct(const OrderCancelled& event);
OrderCancelled read_order_cancelled(Checker& check, const schema::OrderCancelledFields& fields);

/// Nothing for a plain order, and a plain order for nothing.
Offset<schema::OrderInstructions> write_instructions(Writer& writer, const OrderInstructions& instructions);
OrderInstructions read_instructions(Checker& check, const schema::OrderInstructions* table);

// What is as it usually is goes unsaid: a phase that follows from the session, figures and bands of zeros.
inline schema::MarketPhase unusual_phase(MarketPhase phase, MarketPhase usual) {
  return phase == usual ? schema::MarketPhase::none : to_schema(phase);
}
inline MarketPhase read_phase(Checker& check, schema::MarketPhase phase, MarketPhase usual,
                              const char* field) {
  return check.optional_enumeration<MarketPhase>(phase, field).value_or(usual);
}
schema::AuctionFigures to_schema(const AuctionFigures& figures);
AuctionFigures read_figures(Checker& check, const schema::AuctionFigures* figures);
schema::PriceBands to_schema(const PriceBands& bands);
schema::BandTier tier_to_schema(const PriceBands& bands);
PriceBands read_bands(Checker& check, const schema::PriceBands* bands, std::int64_t limit_state_seconds,
                      schema::BandTier tier, bool doubled, std::int64_t leverage_basis_points);
/// Nothing for a simple order, and a simple order for nothing.
Offset<schema::OrderLegs> write_legs(Writer& writer, const OrderLegs& legs);
OrderLegs read_legs(Checker& check, const schema::OrderLegs* table);
/// `none` stands for what a simple order has.
schema::OrderClass class_to_schema(OrderLink link);
schema::OrderRole role_to_schema(OrderLink link);
OrderLink read_link(Checker& check, schema::OrderClass order_class, schema::OrderRole role);

Offset<schema::ClockPace> write_pace(Writer& writer, const ClockPace& pace);
ClockPace read_pace(Checker& check, const schema::ClockPace* table);

Offset<schema::FirmRules> write_firm_rules(Writer& writer, const FirmRules& rules);
FirmRules read_firm_rules(Checker& check, const schema::FirmRules* rules);

// Views, as replies and publications hold them.
Offset<schema::OrderView> write_view(Writer& writer, const OrderView& view);
Offset<schema::FillView> write_view(Writer& writer, const FillView& view);
Offset<schema::AccountView> write_view(Writer& writer, const AccountView& view);
Offset<schema::SymbolView> write_view(Writer& writer, const SymbolView& view);
Offset<schema::VenueView> write_view(Writer& writer, const VenueView& view);
Offset<schema::SessionView> write_view(Writer& writer, const SessionView& view);
Offset<schema::HoldingsRow> write_view(Writer& writer, const HoldingsRow& row);
Offset<schema::PortfolioView> write_view(Writer& writer, const PortfolioView& view);
Offset<schema::PostingView> write_view(Writer& writer, const PostingView& view);
Offset<schema::FeeView> write_view(Writer& writer, const FeeView& view);
Offset<schema::QuoteView> write_view(Writer& writer, const QuoteView& view);
Offset<schema::DepthView> write_view(Writer& writer, const DepthView& view);
Offset<schema::TapeEntryView> write_view(Writer& writer, const TapeEntryView& view);
Offset<schema::DaemonView> write_view(Writer& writer, const DaemonView& view);
Offset<schema::KeyView> write_view(Writer& writer, const KeyView& view);

OrderView read_view(Checker& check, const schema::OrderView& table);
FillView read_view(Checker& check, const schema::FillView& table);
AccountView read_view(Checker& check, const schema::AccountView& table);
SymbolView read_view(Checker& check, const schema::SymbolView& table);
VenueView read_view(Checker& check, const schema::VenueView& table);
SessionView read_view(Checker& check, const schema::SessionView& table);
HoldingsRow read_view(Checker& check, const schema::HoldingsRow& table);
PortfolioView read_view(Checker& check, const schema::PortfolioView& table);
PostingView read_view(Checker& check, const schema::PostingView& table);
FeeView read_view(Checker& check, const schema::FeeView& table);
QuoteView read_view(Checker& check, const schema::QuoteView& table);
DepthView read_view(Checker& check, const schema::DepthView& table);
TapeEntryView read_view(Checker& check, const schema::TapeEntryView& table);
DaemonView read_view(Checker& check, const schema::DaemonView& table);
schema::Bar bar_struct(const BarView& view);
BarView read_bar(Checker& check, const schema::Bar& bar);
schema::Equity equity_struct(const EquityView& view);
EquityView read_equity(Checker& check, const schema::Equity& equity);
schema::TopOfBook top_of_book_struct(const TopOfBookView& view);
TopOfBookView read_top_of_book(Checker& check, const schema::TopOfBook& top);
KeyView read_view(Checker& check, const schema::KeyView& table);

}  // namespace trade::wire
