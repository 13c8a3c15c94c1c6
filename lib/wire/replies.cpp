#include <algorithm>
#include <string>
#include <variant>

#include "wire/encoder.hpp"

namespace trade::wire {

namespace {

// --- writing ---

constexpr auto as_view = [](Writer& writer, const auto& view) { return write_view(writer, view); };

/// A text cut to what a decoder takes, at the end of a UTF-8 character.
std::string_view shortened(std::string_view text, std::size_t bytes_max) {
  if (text.size() <= bytes_max) return text;
  std::size_t size = bytes_max;
  while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xC0u) == 0x80u)
    --size;
  return text.substr(0, size);
}

Offset<schema::ErrorReply> write(Writer& writer, const ErrorReply& reply) {
  const auto name = writer.text(shortened(reply.error.name, name_bytes_max));
  const auto message = writer.text(shortened(reply.error.message, error_text_bytes_max));
  const auto hint = writer.text(shortened(reply.error.hint, error_text_bytes_max));
  return schema::CreateErrorReply(writer.builder, to_schema(reply.error.code), name, message, hint);
}

schema::CommandResultFields result_struct(const CommandResult& result) {
  return {result.order.value,
          result.filled_quantity.shares,
          result.filled_notional.units,
          result.sequence,
          result.timestamp.nanoseconds,
          result.affected,
          to_schema(result.reason),
          to_schema(result.status),
          result.duplicate,
          0};
}

Offset<schema::CommandResult> write_result(Writer& writer, const CommandResult& result) {
  const Offset<schema::OrderView> order_view =
      result.order_view ? write_view(writer, *result.order_view) : Offset<schema::OrderView>{};
  const auto leg_views = write_rows<schema::OrderView>(writer, result.leg_views, as_view);
  const auto fills =
      write_structs<schema::ImmediateFill>(writer, result.fills, [](const ImmediateFill& fill) {
        return schema::ImmediateFill(fill.maker_order.value, fill.price.units, fill.quantity.shares);
      });
  const schema::CommandResultFields fields = result_struct(result);
  return schema::CreateCommandResult(writer.builder, &fields, order_view, fills, leg_views);
}

bool shows_nothing_more(const CommandResult& result) {
  return !result.order_view && result.fills.empty() && result.leg_views.empty();
}

Offset<schema::SubmitReply> write(Writer& writer, const SubmitReply& reply) {
  if (reply.packed && std::ranges::all_of(reply.results, shows_nothing_more)) {
    return schema::CreateSubmitReply(
        writer.builder, {}, write_structs<schema::CommandResultFields>(writer, reply.results, result_struct));
  }
  return schema::CreateSubmitReply(writer.builder,
                                   write_rows<schema::CommandResult>(writer, reply.results, write_result));
}
Offset<schema::AccountsReply> write(Writer& writer, const AccountsReply& reply) {
  return schema::CreateAccountsReply(writer.builder,
                                     write_rows<schema::AccountView>(writer, reply.accounts, as_view));
}
Offset<schema::SymbolsReply> write(Writer& writer, const SymbolsReply& reply) {
  return schema::CreateSymbolsReply(writer.builder,
                                    write_rows<schema::SymbolView>(writer, reply.symbols, as_view));
}
Offset<schema::SessionReply> write(Writer& writer, const SessionReply& reply) {
  return schema::CreateSessionReply(writer.builder, write_view(writer, reply.session));
}
Offset<schema::HoldingsReply> write(Writer& writer, const HoldingsReply& reply) {
  const auto rows = write_rows<schema::HoldingsRow>(writer, reply.rows, as_view);
  return schema::CreateHoldingsReply(writer.builder, reply.sequence, rows);
}
Offset<schema::JournalReply> write(Writer& writer, const JournalReply& reply) {
  const auto batches =
      write_rows<schema::StoredBatch>(writer, reply.batches, [](Writer& to, const std::string& batch) {
        const auto bytes =
            to.builder.CreateVector(reinterpret_cast<const std::uint8_t*>(batch.data()), batch.size());
        return schema::CreateStoredBatch(to.builder, bytes);
      });
  return schema::CreateJournalReply(writer.builder, reply.head_batch, batches, reply.record_bytes,
                                    reply.head_sequence, reply.head_next_command);
}
Offset<schema::AccountEventsReply> write(Writer& writer, const AccountEventsReply& reply) {
  const auto events =
      write_rows<schema::AccountEvent>(writer, reply.events, [](Writer& to, const Event& event) {
        const auto body = write_event(to, event.body);
        return schema::CreateAccountEvent(to.builder, event.sequence, event.timestamp.nanoseconds, body.type,
                                          body.value);
      });
  return schema::CreateAccountEventsReply(writer.builder, events, reply.next_sequence, reply.next_batch,
                                          reply.head_sequence);
}
Offset<schema::PortfolioReply> write(Writer& writer, const PortfolioReply& reply) {
  return schema::CreatePortfolioReply(writer.builder, write_view(writer, reply.portfolio));
}
Offset<schema::OrdersReply> write(Writer& writer, const OrdersReply& reply) {
  return schema::CreateOrdersReply(
      writer.builder, write_rows<schema::OrderView>(writer, reply.orders, as_view), reply.sequence);
}
Offset<schema::FillsReply> write(Writer& writer, const FillsReply& reply) {
  return schema::CreateFillsReply(writer.builder, write_rows<schema::FillView>(writer, reply.fills, as_view));
}
Offset<schema::FeesReply> write(Writer& writer, const FeesReply& reply) {
  return schema::CreateFeesReply(writer.builder, write_rows<schema::FeeView>(writer, reply.fees, as_view));
}
Offset<schema::PostingsReply> write(Writer& writer, const PostingsReply& reply) {
  return schema::CreatePostingsReply(
      writer.builder, write_rows<schema::PostingView>(writer, reply.postings, as_view), reply.next_after);
}
Offset<schema::QuotesReply> write(Writer& writer, const QuotesReply& reply) {
  return schema::CreateQuotesReply(writer.builder,
                                   write_rows<schema::QuoteView>(writer, reply.quotes, as_view));
}
Offset<schema::DepthReply> write(Writer& writer, const DepthReply& reply) {
  return schema::CreateDepthReply(writer.builder, write_view(writer, reply.depth));
}
Offset<schema::TapeReply> write(Writer& writer, const TapeReply& reply) {
  return schema::CreateTapeReply(writer.builder,
                                 write_rows<schema::TapeEntryView>(writer, reply.entries, as_view));
}
Offset<schema::BarsReply> write(Writer& writer, const BarsReply& reply) {
  return schema::CreateBarsReply(writer.builder, write_structs<schema::Bar>(writer, reply.bars, bar_struct));
}
Offset<schema::EquityHistoryReply> write(Writer& writer, const EquityHistoryReply& reply) {
  const auto rows = write_structs<schema::Equity>(writer, reply.rows, equity_struct);
  const schema::Equity before = equity_struct(reply.before.value_or(EquityView{}));
  const schema::Equity now = equity_struct(reply.now);
  return schema::CreateEquityHistoryReply(writer.builder, reply.before ? &before : nullptr, rows, &now);
}
Offset<schema::QuoteHistoryReply> write(Writer& writer, const QuoteHistoryReply& reply) {
  return schema::CreateQuoteHistoryReply(
      writer.builder, write_structs<schema::TopOfBook>(writer, reply.entries, top_of_book_struct));
}
Offset<schema::StatusReply> write(Writer& writer, const StatusReply& reply) {
  return schema::CreateStatusReply(writer.builder, write_view(writer, reply.daemon));
}
Offset<schema::KeyCreatedReply> write(Writer& writer, const KeyCreatedReply& reply) {
  const auto key = write_view(writer, reply.key);
  return schema::CreateKeyCreatedReply(writer.builder, key, writer.text(reply.secret));
}
Offset<schema::KeysReply> write(Writer& writer, const KeysReply& reply) {
  return schema::CreateKeysReply(writer.builder, write_rows<schema::KeyView>(writer, reply.keys, as_view));
}

Offset<schema::ClockReply> write(Writer& writer, const ClockReply& reply) {
  return schema::CreateClockReply(writer.builder, reply.clock.simulated, reply.clock.now.nanoseconds,
                                  write_pace(writer, reply.clock.pace));
}

Offset<schema::LogLevelReply> write(Writer& writer, const LogLevelReply& reply) {
  return schema::CreateLogLevelReply(writer.builder, writer.text(reply.level));
}

Offset<schema::VenuesReply> write(Writer& writer, const VenuesReply& reply) {
  return schema::CreateVenuesReply(writer.builder,
                                   write_rows<schema::VenueView>(writer, reply.venues, as_view));
}

Bytes write_reply(Writer& writer, std::uint64_t id, const auto& body) {
  writer.start();
  const auto value = in_union<schema::ReplyBodyTraits>(write(writer, body));
  schema::ReplyBuilder table(writer.builder);
  table.add_id(id);
  table.add_body(value.value);
  table.add_body_type(value.type);
  return writer.finish(table.Finish());
}

// --- reading ---

constexpr auto from_view = [](Checker& check, const auto& table) { return read_view(check, table); };

ReplyBody read(Checker& check, const schema::ErrorReply& table) {
  if (table.code() > schema::ErrorCode::MAX) {
    check.refuse_value("code", static_cast<std::int64_t>(table.code()),
                       "this is no value of the enumeration");
    return {};
  }
  return ErrorReply{.error = {.code = static_cast<ErrorCode>(table.code()),
                              .name = check.string(table.name(), name_bytes_max, "name"),
                              .message = check.string(table.message(), error_text_bytes_max, "message"),
                              .hint = check.string(table.hint(), error_text_bytes_max, "hint")}};
}

CommandResult read_result_struct(Checker& check, const schema::CommandResultFields& fields) {
  return {.reason = check.reject_reason(fields.reason(), "reason"),
          .duplicate = fields.duplicate(),
          .order = OrderId{fields.order()},
          .status = check.enumeration<OrderStatus>(fields.status(), "status"),
          .filled_quantity = check.quantity(fields.filled_quantity(), "filled_quantity"),
          .filled_notional = check.money(fields.filled_notional(), "filled_notional"),
          .affected = fields.affected(),
          .sequence = fields.sequence(),
          .timestamp = check.timestamp(fields.timestamp(), "timestamp"),
          .order_view = {},
          .fills = {}};
}

CommandResult read_result(Checker& check, const schema::CommandResult& table) {
  check.enter("CommandResult");
  CommandResult result = read_result_struct(check, check.fields(table.fields()));
  result.fills = read_structs<ImmediateFill>(
      check, table.fills(), "fills", [](Checker& of, const schema::ImmediateFill& fill) {
        return ImmediateFill{.maker_order = OrderId{fill.maker_order()},
                             .price = of.price(fill.price(), "fills"),
                             .quantity = of.quantity(fill.quantity(), "fills")};
      });
  if (table.order_view() != nullptr) result.order_view = read_view(check, *table.order_view());
  result.leg_views = read_rows<OrderView>(check, table.leg_views(), from_view);
  return result;
}

ReplyBody read(Checker& check, const schema::SubmitReply& table) {
  if (table.packed_results() == nullptr)
    return SubmitReply{.results = read_rows<CommandResult>(check, table.results(), read_result)};
  if (table.results() != nullptr) check.refuse("results", "both packed and not");
  return SubmitReply{.results = read_structs<CommandResult>(check, table.packed_results(), "packed_results",
                                                            read_result_struct),
                     .packed = true};
}
ReplyBody read(Checker& check, const schema::AccountsReply& table) {
  return AccountsReply{.accounts = read_rows<AccountView>(check, table.accounts(), from_view)};
}
ReplyBody read(Checker& check, const schema::SymbolsReply& table) {
  return SymbolsReply{.symbols = read_rows<SymbolView>(check, table.symbols(), from_view)};
}
ReplyBody read(Checker& check, const schema::SessionReply& table) {
  if (!check.present(table.session(), "session")) return {};
  return SessionReply{.session = read_view(check, *table.session())};
}
ReplyBody read(Checker& check, const schema::HoldingsReply& table) {
  return HoldingsReply{.sequence = table.sequence(),
                       .rows = read_rows<HoldingsRow>(check, table.rows(), from_view)};
}
ReplyBody read(Checker& check, const schema::JournalReply& table) {
  return JournalReply{.head_batch = table.head_batch(),
                      .batches = read_rows<std::string>(
                          check, table.batches(),
                          [](Checker& of, const schema::StoredBatch& batch) {
                            const auto* bytes = batch.bytes();
                            if (bytes == nullptr || !of.charge(bytes->size(), "batches"))
                              return std::string();
                            return std::string(reinterpret_cast<const char*>(bytes->data()), bytes->size());
                          }),
                      .record_bytes = table.record_bytes(),
                      .head_sequence = table.head_sequence(),
                      .head_next_command = table.head_next_command()};
}
ReplyBody read(Checker& check, const schema::AccountEventsReply& table) {
  return AccountEventsReply{
      .events = read_rows<Event>(check, table.events(),
                                 [](Checker& of, const schema::AccountEvent& event) {
                                   Event result{.sequence = event.sequence(),
                                                .timestamp = of.timestamp(event.timestamp(), "timestamp"),
                                                .body = {}};
                                   read_event(of, event.body_type(), event.body(), result.body);
                                   return result;
                                 }),
      .next_sequence = table.next_sequence(),
      .next_batch = table.next_batch(),
      .head_sequence = table.head_sequence()};
}
ReplyBody read(Checker& check, const schema::PortfolioReply& table) {
  if (!check.present(table.portfolio(), "portfolio")) return {};
  return PortfolioReply{.portfolio = read_view(check, *table.portfolio())};
}
ReplyBody read(Checker& check, const schema::OrdersReply& table) {
  return OrdersReply{.orders = read_rows<OrderView>(check, table.orders(), from_view),
                     .sequence = table.sequence()};
}
ReplyBody read(Checker& check, const schema::FillsReply& table) {
  return FillsReply{.fills = read_rows<FillView>(check, table.fills(), from_view)};
}
ReplyBody read(Checker& check, const schema::FeesReply& table) {
  return FeesReply{.fees = read_rows<FeeView>(check, table.fees(), from_view)};
}
ReplyBody read(Checker& check, const schema::PostingsReply& table) {
  return PostingsReply{.postings = read_rows<PostingView>(check, table.postings(), from_view),
                       .next_after = table.next_after()};
}
ReplyBody read(Checker& check, const schema::QuotesReply& table) {
  return QuotesReply{.quotes = read_rows<QuoteView>(check, table.quotes(), from_view)};
}
ReplyBody read(Checker& check, const schema::DepthReply& table) {
  if (!check.present(table.depth(), "depth")) return {};
  return DepthReply{.depth = read_view(check, *table.depth())};
}
ReplyBody read(Checker& check, const schema::TapeReply& table) {
  return TapeReply{.entries = read_rows<TapeEntryView>(check, table.entries(), from_view)};
}
ReplyBody read(Checker& check, const schema::BarsReply& table) {
  return BarsReply{.bars = read_structs<BarView>(check, table.bars(), "bars", read_bar)};
}
ReplyBody read(Checker& check, const schema::EquityHistoryReply& table) {
  if (!check.present(table.now(), "now")) return {};
  EquityHistoryReply reply;
  if (table.before() != nullptr) reply.before = read_equity(check, *table.before());
  reply.rows = read_structs<EquityView>(check, table.rows(), "rows", read_equity);
  reply.now = read_equity(check, *table.now());
  return reply;
}
ReplyBody read(Checker& check, const schema::QuoteHistoryReply& table) {
  return QuoteHistoryReply{
      .entries = read_structs<TopOfBookView>(check, table.entries(), "entries", read_top_of_book)};
}
ReplyBody read(Checker& check, const schema::StatusReply& table) {
  if (!check.present(table.daemon(), "daemon")) return {};
  return StatusReply{.daemon = read_view(check, *table.daemon())};
}
ReplyBody read(Checker& check, const schema::KeyCreatedReply& table) {
  if (!check.present(table.key(), "key")) return {};
  return KeyCreatedReply{.key = read_view(check, *table.key()),
                         .secret = check.string(table.secret(), name_bytes_max, "secret")};
}
ReplyBody read(Checker& check, const schema::KeysReply& table) {
  return KeysReply{.keys = read_rows<KeyView>(check, table.keys(), from_view)};
}

ReplyBody read(Checker& check, const schema::ClockReply& table) {
  return ClockReply{.clock = {.simulated = table.simulated(),
                              .now = check.timestamp(table.now(), "now"),
                              .pace = read_pace(check, table.pace())}};
}

ReplyBody read(Checker& check, const schema::LogLevelReply& table) {
  return LogLevelReply{.level = check.string(table.level(), name_bytes_max, "level")};
}

ReplyBody read(Checker& check, const schema::VenuesReply& table) {
  return VenuesReply{.venues = read_rows<VenueView>(check, table.venues(), from_view)};
}

template <class Table>
ReplyBody read_as(Checker& check, const schema::Reply& reply) {
  check.enter(schema::EnumNameReplyBody(schema::ReplyBodyTraits<Table>::enum_value));
  const auto* table = static_cast<const Table*>(reply.body());
  return check.present(table, "body") ? read(check, *table) : ReplyBody{};
}

ReplyBody read_body(Checker& check, const schema::Reply& reply) {
  using Type = schema::ReplyBody;
  switch (reply.body_type()) {
    case Type::ErrorReply:
      return read_as<schema::ErrorReply>(check, reply);
    case Type::SubmitReply:
      return read_as<schema::SubmitReply>(check, reply);
    case Type::AccountsReply:
      return read_as<schema::AccountsReply>(check, reply);
    case Type::SymbolsReply:
      return read_as<schema::SymbolsReply>(check, reply);
    case Type::SessionReply:
      return read_as<schema::SessionReply>(check, reply);
    case Type::HoldingsReply:
      return read_as<schema::HoldingsReply>(check, reply);
    case Type::JournalReply:
      return read_as<schema::JournalReply>(check, reply);
    case Type::PortfolioReply:
      return read_as<schema::PortfolioReply>(check, reply);
    case Type::OrdersReply:
      return read_as<schema::OrdersReply>(check, reply);
    case Type::FillsReply:
      return read_as<schema::FillsReply>(check, reply);
    case Type::FeesReply:
      return read_as<schema::FeesReply>(check, reply);
    case Type::PostingsReply:
      return read_as<schema::PostingsReply>(check, reply);
    case Type::QuotesReply:
      return read_as<schema::QuotesReply>(check, reply);
    case Type::DepthReply:
      return read_as<schema::DepthReply>(check, reply);
    case Type::TapeReply:
      return read_as<schema::TapeReply>(check, reply);
    case Type::StatusReply:
      return read_as<schema::StatusReply>(check, reply);
    case Type::KeyCreatedReply:
      return read_as<schema::KeyCreatedReply>(check, reply);
    case Type::KeysReply:
      return read_as<schema::KeysReply>(check, reply);
    case Type::BarsReply:
      return read_as<schema::BarsReply>(check, reply);
    case Type::EquityHistoryReply:
      return read_as<schema::EquityHistoryReply>(check, reply);
    case Type::QuoteHistoryReply:
      return read_as<schema::QuoteHistoryReply>(check, reply);
    case Type::ClockReply:
      return read_as<schema::ClockReply>(check, reply);
    case Type::LogLevelReply:
      return read_as<schema::LogLevelReply>(check, reply);
    case Type::VenuesReply:
      return read_as<schema::VenuesReply>(check, reply);
    case Type::AccountEventsReply:
      return read_as<schema::AccountEventsReply>(check, reply);
    case Type::NONE:
      break;
  }
  check.enter("Reply");
  check.refuse_value("body", static_cast<std::int64_t>(reply.body_type()), "this is no kind of reply");
  return {};
}

}  // namespace

Bytes Encoder::encode(const Reply& reply) {
  Writer& writer = state_->writer;
  const Bytes bytes =
      std::visit([&](const auto& body) { return write_reply(writer, reply.id, body); }, reply.body);
  if (bytes.size() <= frame_bytes_max) return bytes;
  const std::string size = std::to_string(bytes.size());
  return write_reply(
      writer, reply.id,
      ErrorReply{.error = {.code = ErrorCode::internal,
                           .name = "reply_too_large",
                           .message = "the answer has " + size + " bytes, more than fits in a frame",
                           .hint = "ask for fewer at a time"}});
}

Result<Reply> decode_reply(Bytes frame) {
  return decode_frame<Reply, schema::Reply>(frame, [](Checker& check, const schema::Reply& table) {
    return Reply{.id = table.id(), .body = read_body(check, table)};
  });
}

}  // namespace trade::wire
