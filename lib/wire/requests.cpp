#include <variant>

#include "wire/encoder.hpp"

namespace trade::wire {

namespace {

/// As many symbols as the engine may have.
constexpr std::size_t quotes_symbols_max = 20'000;

Offset<schema::SubmittedCommand> write(Writer& writer, const SubmittedCommand& submitted) {
  const auto account_name = writer.text(submitted.account_name, writer.account);
  const auto symbol_name = writer.text(submitted.symbol_name, writer.symbol);
  const auto body = write_command(writer, submitted.body);
  return schema::CreateSubmittedCommand(writer.builder, body.type, body.value, account_name, symbol_name);
}
SubmittedCommand read_submitted(Checker& check, const schema::SubmittedCommand& table) {
  SubmittedCommand submitted;
  read_command(check, table.body_type(), table.body(), submitted.body);
  submitted.account_name = check.text(table.account_name(), name_bytes_max, "account_name");
  submitted.symbol_name = check.text(table.symbol_name(), name_bytes_max, "symbol_name");
  return submitted;
}

Offset<schema::SubmitRequest> write(Writer& writer, const SubmitRequest& request) {
  PackedCommandWriter& packed = writer.packed_commands;
  std::vector<Offset<schema::SubmittedCommand>>& tables = writer.submitted;
  tables.clear();
  for (const SubmittedCommand& command : request.commands) {
    const bool named = !command.account_name.empty() || !command.symbol_name.empty();
    if (!named && packed.add(command.body)) continue;
    if (named) packed.add_table();
    tables.push_back(write(writer, command));
  }
  // Whoever does not know of forms reads a request of tables alone.
  const bool any_packed = tables.size() != request.commands.size();
  const PackedCommandWriter::Offsets lists =
      any_packed ? packed.write(writer.builder) : PackedCommandWriter::Offsets{};
  const auto commands = write_list(writer.builder, tables);
  return schema::CreateSubmitRequest(
      writer.builder, commands, request.dry_run, request.want_orders, request.want_fills, lists.forms,
      lists.place_orders, lists.client_order_ids, lists.cancel_orders, request.want_packed_results);
}

void read_commands(Checker& check, const schema::SubmitRequest& table, std::size_t count,
                   std::vector<SubmittedCommand>& commands) {
  PackedCommandReader packed(check, table);
  flatbuffers::uoffset_t next_table = 0;
  commands.resize(count);
  for (std::size_t i = 0; i < count && check.ok(); ++i) {
    check.at(i);
    if (!packed.read(check, form_of(table.command_forms(), i), &commands[i].body))
      commands[i] = read_submitted(check, *table.commands()->Get(next_table++));
  }
  packed.check_used_up(check);
}

RequestBody read(Checker& check, const schema::SubmitRequest& table) {
  const std::size_t tables = table.commands() == nullptr ? 0 : table.commands()->size();
  const std::size_t count = count_all(check, table.command_forms(), tables, "commands");
  if (count > submit_commands_max) {
    check.refuse_value("commands", static_cast<std::int64_t>(count), "at most 4096 are taken in one request");
    return {};
  }
  SubmitRequest request{.commands = {},
                        .dry_run = table.dry_run(),
                        .want_orders = table.want_orders(),
                        .want_fills = table.want_fills(),
                        .want_packed_results = table.want_packed_results()};
  if (check.ok()) read_commands(check, table, count, request.commands);
  return request;
}

Offset<schema::AccountsRequest> write(Writer& writer, const AccountsRequest& request) {
  const auto name = writer.text(request.name);
  return schema::CreateAccountsRequest(writer.builder, name, request.after.value, request.limit);
}
RequestBody read(Checker& check, const schema::AccountsRequest& table) {
  return AccountsRequest{.name = check.string(table.name(), name_bytes_max, "name"),
                         .after = AccountId{table.after()},
                         .limit = table.limit()};
}

Offset<schema::SymbolsRequest> write(Writer& writer, const SymbolsRequest& request) {
  const auto symbol = writer.text(request.symbol);
  return schema::CreateSymbolsRequest(writer.builder, symbol, request.after.value, request.limit);
}
RequestBody read(Checker& check, const schema::SymbolsRequest& table) {
  return SymbolsRequest{.symbol = check.string(table.symbol(), name_bytes_max, "symbol"),
                        .after = SymbolId{table.after()},
                        .limit = table.limit()};
}

Offset<schema::SessionRequest> write(Writer& writer, const SessionRequest&) {
  return schema::CreateSessionRequest(writer.builder);
}
RequestBody read(Checker&, const schema::SessionRequest&) {
  return SessionRequest{};
}

Offset<schema::HoldingsRequest> write(Writer& writer, const HoldingsRequest& request) {
  return schema::CreateHoldingsRequest(writer.builder, request.after.value, request.limit,
                                       request.only.value);
}
RequestBody read(Checker&, const schema::HoldingsRequest& table) {
  return HoldingsRequest{
      .after = AccountId{table.after()}, .limit = table.limit(), .only = AccountId{table.only()}};
}

Offset<schema::JournalRequest> write(Writer& writer, const JournalRequest& request) {
  return schema::CreateJournalRequest(writer.builder, request.from_batch, request.bytes_max,
                                      request.from_byte);
}
RequestBody read(Checker&, const schema::JournalRequest& table) {
  return JournalRequest{
      .from_batch = table.from_batch(), .bytes_max = table.bytes_max(), .from_byte = table.from_byte()};
}

Offset<schema::AccountEventsRequest> write(Writer& writer, const AccountEventsRequest& request) {
  const auto account = writer.text(request.account);
  return schema::CreateAccountEventsRequest(writer.builder, account, request.from_sequence,
                                            request.from_batch, request.limit);
}
RequestBody read(Checker& check, const schema::AccountEventsRequest& table) {
  return AccountEventsRequest{.account = check.string(table.account(), name_bytes_max, "account"),
                              .from_sequence = table.from_sequence(),
                              .from_batch = table.from_batch(),
                              .limit = table.limit()};
}

Offset<schema::PortfolioRequest> write(Writer& writer, const PortfolioRequest& request) {
  return schema::CreatePortfolioRequest(writer.builder, writer.text(request.account));
}
RequestBody read(Checker& check, const schema::PortfolioRequest& table) {
  return PortfolioRequest{.account = check.string(table.account(), name_bytes_max, "account")};
}

Offset<schema::OrdersRequest> write(Writer& writer, const OrdersRequest& request) {
  const auto account = writer.text(request.account);
  const auto client_order_id = writer.text(request.client_order_id);
  const auto symbol = writer.text(request.symbol);
  Offset<flatbuffers::Vector<std::uint64_t>> orders;
  if (!request.orders.empty()) {
    std::uint64_t* ids = nullptr;
    orders = writer.builder.CreateUninitializedVector(request.orders.size(), &ids);
    for (const OrderId order : request.orders)
      *ids++ = order.value;
  }
  return schema::CreateOrdersRequest(writer.builder, account, request.order.value, client_order_id,
                                     to_schema(request.filter), symbol, request.before.value, request.limit,
                                     orders);
}
RequestBody read(Checker& check, const schema::OrdersRequest& table) {
  std::vector<OrderId> orders;
  if (check.readable(table.orders(), "orders")) {
    if (table.orders()->size() > orders_named_max) {
      check.refuse_value("orders", table.orders()->size(), "at most 2000 are taken in one request");
      return {};
    }
    orders.reserve(table.orders()->size());
    for (const std::uint64_t order : *table.orders())
      orders.push_back({order});
  }
  return OrdersRequest{
      .account = check.string(table.account(), name_bytes_max, "account"),
      .order = OrderId{table.order()},
      .client_order_id = check.string(table.client_order_id(), client_order_id_bytes_max, "client_order_id"),
      .filter = check.enumeration<OrderFilter>(table.filter(), "filter"),
      .symbol = check.string(table.symbol(), name_bytes_max, "symbol"),
      .before = OrderId{table.before()},
      .limit = table.limit(),
      .orders = std::move(orders)};
}

Offset<schema::FillsRequest> write(Writer& writer, const FillsRequest& request) {
  const auto account = writer.text(request.account);
  const auto symbol = writer.text(request.symbol);
  return schema::CreateFillsRequest(writer.builder, account, symbol, request.order.value, request.limit,
                                    request.before.value);
}
RequestBody read(Checker& check, const schema::FillsRequest& table) {
  return FillsRequest{.account = check.string(table.account(), name_bytes_max, "account"),
                      .symbol = check.string(table.symbol(), name_bytes_max, "symbol"),
                      .order = OrderId{table.order()},
                      .limit = table.limit(),
                      .before = TradeId{table.before()}};
}

Offset<schema::EquityHistoryRequest> write(Writer& writer, const EquityHistoryRequest& request) {
  const auto account = writer.text(request.account);
  return schema::CreateEquityHistoryRequest(writer.builder, account, to_schema(request.step),
                                            request.from.nanoseconds, request.to.nanoseconds);
}
RequestBody read(Checker& check, const schema::EquityHistoryRequest& table) {
  return EquityHistoryRequest{.account = check.string(table.account(), name_bytes_max, "account"),
                              .step = check.enumeration<EquityStep>(table.step(), "step"),
                              .from = check.timestamp(table.from(), "from"),
                              .to = check.timestamp(table.to(), "to")};
}

Offset<schema::FeesRequest> write(Writer& writer, const FeesRequest& request) {
  const auto account = writer.text(request.account);
  return schema::CreateFeesRequest(writer.builder, account, request.limit, request.before);
}
RequestBody read(Checker& check, const schema::FeesRequest& table) {
  return FeesRequest{.account = check.string(table.account(), name_bytes_max, "account"),
                     .limit = table.limit(),
                     .before = table.before()};
}

Offset<schema::PostingsRequest> write(Writer& writer, const PostingsRequest& request) {
  const auto account = writer.text(request.account);
  return schema::CreatePostingsRequest(writer.builder, account, request.after, request.limit);
}
RequestBody read(Checker& check, const schema::PostingsRequest& table) {
  return PostingsRequest{.account = check.string(table.account(), name_bytes_max, "account"),
                         .after = table.after(),
                         .limit = table.limit()};
}

Offset<schema::QuotesRequest> write(Writer& writer, const QuotesRequest& request) {
  return schema::CreateQuotesRequest(
      writer.builder, request.symbols.empty() ? 0 : writer.builder.CreateVectorOfStrings(request.symbols));
}
RequestBody read(Checker& check, const schema::QuotesRequest& table) {
  QuotesRequest request;
  if (table.symbols() == nullptr) return request;
  if (table.symbols()->size() > quotes_symbols_max) {
    check.refuse_value("symbols", table.symbols()->size(), "at most 20000 are taken in one request");
    return request;
  }
  request.symbols.reserve(table.symbols()->size());
  for (const flatbuffers::String* symbol : *table.symbols()) {
    request.symbols.push_back(check.string(symbol, name_bytes_max, "symbols"));
  }
  return request;
}

Offset<schema::DepthRequest> write(Writer& writer, const DepthRequest& request) {
  const auto symbol = writer.text(request.symbol);
  return schema::CreateDepthRequest(writer.builder, symbol, request.levels);
}
RequestBody read(Checker& check, const schema::DepthRequest& table) {
  return DepthRequest{.symbol = check.string(table.symbol(), name_bytes_max, "symbol"),
                      .levels = table.levels()};
}

Offset<schema::TapeRequest> write(Writer& writer, const TapeRequest& request) {
  const auto symbol = writer.text(request.symbol);
  return schema::CreateTapeRequest(writer.builder, symbol, request.limit, request.from.nanoseconds,
                                   request.to.nanoseconds, request.oldest_first, request.beyond);
}
RequestBody read(Checker& check, const schema::TapeRequest& table) {
  return TapeRequest{.symbol = check.string(table.symbol(), name_bytes_max, "symbol"),
                     .limit = table.limit(),
                     .from = check.timestamp(table.from(), "from"),
                     .to = check.timestamp(table.to(), "to"),
                     .oldest_first = table.oldest_first(),
                     .beyond = table.beyond()};
}

Offset<schema::QuoteHistoryRequest> write(Writer& writer, const QuoteHistoryRequest& request) {
  const auto symbol = writer.text(request.symbol);
  return schema::CreateQuoteHistoryRequest(writer.builder, symbol, request.limit, request.from.nanoseconds,
                                           request.to.nanoseconds, request.oldest_first, request.beyond);
}
RequestBody read(Checker& check, const schema::QuoteHistoryRequest& table) {
  return QuoteHistoryRequest{.symbol = check.string(table.symbol(), name_bytes_max, "symbol"),
                             .limit = table.limit(),
                             .from = check.timestamp(table.from(), "from"),
                             .to = check.timestamp(table.to(), "to"),
                             .oldest_first = table.oldest_first(),
                             .beyond = table.beyond()};
}

Offset<schema::BarsRequest> write(Writer& writer, const BarsRequest& request) {
  const auto symbol = writer.text(request.symbol);
  return schema::CreateBarsRequest(writer.builder, symbol, to_schema(request.span.unit), request.span.count,
                                   request.limit, request.from.nanoseconds, request.to.nanoseconds,
                                   request.oldest_first);
}
RequestBody read(Checker& check, const schema::BarsRequest& table) {
  return BarsRequest{
      .symbol = check.string(table.symbol(), name_bytes_max, "symbol"),
      .span = {.unit = check.enumeration<BarUnit>(table.unit(), "unit"), .count = table.count()},
      .limit = table.limit(),
      .from = check.timestamp(table.from(), "from"),
      .to = check.timestamp(table.to(), "to"),
      .oldest_first = table.oldest_first()};
}

Offset<schema::StatusRequest> write(Writer& writer, const StatusRequest&) {
  return schema::CreateStatusRequest(writer.builder);
}
RequestBody read(Checker&, const schema::StatusRequest&) {
  return StatusRequest{};
}

Offset<schema::CreateKeyRequest> write(Writer& writer, const CreateKeyRequest& request) {
  const auto account = writer.text(request.account);
  return schema::CreateCreateKeyRequest(writer.builder, account, to_schema(request.role),
                                        request.expires_at.nanoseconds, request.requests_per_minute);
}
RequestBody read(Checker& check, const schema::CreateKeyRequest& table) {
  return CreateKeyRequest{.account = check.string(table.account(), name_bytes_max, "account"),
                          .role = check.enumeration<KeyRole>(table.role(), "role"),
                          .expires_at = check.timestamp(table.expires_at(), "expires_at"),
                          .requests_per_minute = table.requests_per_minute()};
}

Offset<schema::KeysRequest> write(Writer& writer, const KeysRequest&) {
  return schema::CreateKeysRequest(writer.builder);
}
RequestBody read(Checker&, const schema::KeysRequest&) {
  return KeysRequest{};
}

Offset<schema::RevokeKeyRequest> write(Writer& writer, const RevokeKeyRequest& request) {
  return schema::CreateRevokeKeyRequest(writer.builder, writer.text(request.id));
}
RequestBody read(Checker& check, const schema::RevokeKeyRequest& table) {
  return RevokeKeyRequest{.id = check.string(table.id(), name_bytes_max, "id")};
}

Offset<schema::ClockRequest> write(Writer& writer, const ClockRequest& request) {
  return schema::CreateClockRequest(writer.builder, request.set_to.nanoseconds, request.step_nanoseconds,
                                    request.running, request.speed_millionths, request.dry_run);
}
RequestBody read(Checker& check, const schema::ClockRequest& table) {
  ClockRequest request{.set_to = check.timestamp(table.set_to(), "set_to"),
                       .step_nanoseconds = check.count(table.step_nanoseconds(), "step_nanoseconds"),
                       .running = table.running(),
                       .speed_millionths = {},
                       .dry_run = table.dry_run()};
  if (const auto speed = table.speed_millionths())
    request.speed_millionths = check.clock_speed(*speed, "speed_millionths");
  return request;
}

Offset<schema::LogLevelRequest> write(Writer& writer, const LogLevelRequest& request) {
  return schema::CreateLogLevelRequest(writer.builder, writer.text(request.level));
}
RequestBody read(Checker& check, const schema::LogLevelRequest& table) {
  return LogLevelRequest{.level = check.string(table.level(), name_bytes_max, "level")};
}

Offset<schema::VenuesRequest> write(Writer& writer, const VenuesRequest& request) {
  return schema::CreateVenuesRequest(writer.builder, writer.text(request.name), request.removed);
}
RequestBody read(Checker& check, const schema::VenuesRequest& table) {
  return VenuesRequest{.name = check.string(table.name(), name_bytes_max, "name"),
                       .removed = table.removed()};
}

template <class Table>
RequestBody read_as(Checker& check, const schema::Request& request) {
  check.enter(schema::EnumNameRequestBody(schema::RequestBodyTraits<Table>::enum_value));
  const auto* table = static_cast<const Table*>(request.body());
  return check.present(table, "body") ? read(check, *table) : RequestBody{};
}

RequestBody read_body(Checker& check, const schema::Request& request) {
  using Type = schema::RequestBody;
  switch (request.body_type()) {
    case Type::SubmitRequest:
      return read_as<schema::SubmitRequest>(check, request);
    case Type::AccountsRequest:
      return read_as<schema::AccountsRequest>(check, request);
    case Type::SymbolsRequest:
      return read_as<schema::SymbolsRequest>(check, request);
    case Type::SessionRequest:
      return read_as<schema::SessionRequest>(check, request);
    case Type::HoldingsRequest:
      return read_as<schema::HoldingsRequest>(check, request);
    case Type::JournalRequest:
      return read_as<schema::JournalRequest>(check, request);
    case Type::PortfolioRequest:
      return read_as<schema::PortfolioRequest>(check, request);
    case Type::OrdersRequest:
      return read_as<schema::OrdersRequest>(check, request);
    case Type::FillsRequest:
      return read_as<schema::FillsRequest>(check, request);
    case Type::FeesRequest:
      return read_as<schema::FeesRequest>(check, request);
    case Type::PostingsRequest:
      return read_as<schema::PostingsRequest>(check, request);
    case Type::QuotesRequest:
      return read_as<schema::QuotesRequest>(check, request);
    case Type::DepthRequest:
      return read_as<schema::DepthRequest>(check, request);
    case Type::TapeRequest:
      return read_as<schema::TapeRequest>(check, request);
    case Type::StatusRequest:
      return read_as<schema::StatusRequest>(check, request);
    case Type::CreateKeyRequest:
      return read_as<schema::CreateKeyRequest>(check, request);
    case Type::KeysRequest:
      return read_as<schema::KeysRequest>(check, request);
    case Type::RevokeKeyRequest:
      return read_as<schema::RevokeKeyRequest>(check, request);
    case Type::BarsRequest:
      return read_as<schema::BarsRequest>(check, request);
    case Type::EquityHistoryRequest:
      return read_as<schema::EquityHistoryRequest>(check, request);
    case Type::QuoteHistoryRequest:
      return read_as<schema::QuoteHistoryRequest>(check, request);
    case Type::ClockRequest:
      return read_as<schema::ClockRequest>(check, request);
    case Type::LogLevelRequest:
      return read_as<schema::LogLevelRequest>(check, request);
    case Type::VenuesRequest:
      return read_as<schema::VenuesRequest>(check, request);
    case Type::AccountEventsRequest:
      return read_as<schema::AccountEventsRequest>(check, request);
    case Type::NONE:
      break;
  }
  check.enter("Request");
  check.refuse_value("body", static_cast<std::int64_t>(request.body_type()), "this is no kind of request");
  return {};
}

template <class Body>
Bytes encode_request(Writer& writer, std::uint64_t id, const Body& body) {
  writer.start();
  const auto value = in_union<schema::RequestBodyTraits>(write(writer, body));
  schema::RequestBuilder table(writer.builder);
  table.add_id(id);
  table.add_body(value.value);
  table.add_body_type(value.type);
  return writer.finish(table.Finish());
}

}  // namespace

Bytes Encoder::encode(const Request& request) {
  return std::visit([&](const auto& body) { return encode_request(state_->writer, request.id, body); },
                    request.body);
}

Bytes Encoder::encode(std::uint64_t id, const SubmitRequest& request) {
  return encode_request(state_->writer, id, request);
}

Result<Request> decode_request(Bytes frame) {
  return decode_frame<Request, schema::Request>(frame, [](Checker& check, const schema::Request& table) {
    return Request{.id = table.id(), .body = read_body(check, table)};
  });
}

}  // namespace trade::wire
