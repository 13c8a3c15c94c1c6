#include "fixd/venue_translation.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "base/clock.hpp"
#include "fixd/translation.hpp"

namespace trade::fixd {

namespace {

constexpr std::size_t id_bytes_max = std::min(venue_order_id_bytes_max, execution_id_bytes_max);

template <class Number>
std::optional<Number> whole_number(std::string_view text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

bool printable(char character) {
  return character >= 0x20 && character < 0x7f;
}

void add_names(fix::Message& message, const VenueOrder& order, bool names_account) {
  if (names_account && !order.account.empty()) message.add(1, order.account);
  const MarkedSide side{order.side, order.instructions.short_sale};
  message.add(55, order.symbol).add(54, std::string(1, fix_side(side)));
}

/// What the order asks for, as it is to be.
void add_terms(fix::Message& message, const VenueOrder& order, const VenueTerms& terms) {
  message.add(38, std::to_string(terms.quantity.shares));
  message.add(40, std::string(1, fix_order_type(order.type)));
  if (terms.limit_price) message.add(44, format_price(terms.limit_price));
  if (terms.stop_price) message.add(99, format_price(terms.stop_price));
  message.add(59, std::string(1, fix_time_in_force(order.time_in_force)));
  const OrderInstructions& instructions = order.instructions;
  if (instructions.expires_at) message.add(126, fix_time(instructions.expires_at));
  if (instructions.all_or_none) message.add(18, "G");
  if (instructions.minimum_quantity) message.add(110, std::to_string(instructions.minimum_quantity.shares));
  if (instructions.display_quantity) message.add(111, std::to_string(instructions.display_quantity.shares));
  if (instructions.short_sale) message.add(114, "N");  // it is located here
}

/// A number with decimals as units of so many digits, rounded; nothing where it is none, or below zero.
std::optional<std::int64_t> decimal_units(std::string_view text, std::size_t digits) {
  std::int64_t units = 0;
  const std::size_t point = std::min(text.find('.'), text.size());
  const std::string_view whole = text.substr(0, point);
  std::string_view rest = point < text.size() ? text.substr(point + 1) : std::string_view{};
  if (whole.empty() && rest.empty()) return std::nullopt;
  if (!whole.empty()) {
    const auto number = whole_number<std::int64_t>(whole);
    if (!number || *number < 0 || *number > 100'000'000'000'000 || whole.front() == '-') return std::nullopt;
    units = *number;
  }
  if (!std::ranges::all_of(rest, [](char c) { return c >= '0' && c <= '9'; })) return std::nullopt;
  const bool up = rest.size() > digits && rest[digits] >= '5';
  for (std::size_t i = 0; i < digits; ++i)
    units = units * 10 + (i < rest.size() ? rest[i] - '0' : 0);
  return units + (up ? 1 : 0);
}

/// Zero where the tag is not there; nothing where it is no price.
std::optional<Price> price_at(const fix::Message& message, int tag) {
  const std::string* text = message.find(tag);
  if (text == nullptr || text->empty()) return Price{};
  const auto units = decimal_units(*text, 4);
  if (!units || *units > price_units_max) return std::nullopt;
  return Price{*units};
}

/// The same of whole shares.
std::optional<Quantity> quantity_at(const fix::Message& message, int tag) {
  const std::string* text = message.find(tag);
  if (text == nullptr || text->empty()) return Quantity{};
  const std::size_t point = std::min(text->find('.'), text->size());
  if (text->find_first_not_of('0', point + 1) != std::string::npos && point < text->size())
    return std::nullopt;
  const auto shares = whole_number<std::int64_t>(std::string_view(*text).substr(0, point));
  if (!shares || *shares < 0 || *shares > order_quantity_max) return std::nullopt;
  return Quantity{*shares};
}

/// ExecType in the words of 4.4.
char execution_type(const fix::Message& message) {
  const char type = message.text(150).empty() ? '\0' : message.text(150).front();
  const std::string transaction = message.text(20);
  if (transaction == "3") return 'I';
  if (transaction == "1") return 'H';
  if (transaction == "2") return 'G';
  if (type == '1' || type == '2') return 'F';
  return type;
}

}  // namespace

std::string format_request_id(const VenueRequestId& id) {
  return std::to_string(id.order.value) + "-" + std::to_string(id.number);
}

std::optional<VenueRequestId> parse_request_id(std::string_view text) {
  const std::size_t dash = text.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  const auto order = whole_number<std::uint64_t>(text.substr(0, dash));
  const auto number = whole_number<std::uint32_t>(text.substr(dash + 1));
  if (!order || !number || *order == 0 || *number == 0) return std::nullopt;
  return VenueRequestId{{*order}, *number};
}

fix::Message request_message(const VenueOrder& order, const VenueRequest& request, Timestamp now,
                             bool names_account) {
  fix::Message message;
  message.add(11, format_request_id({order.id, request.number}));
  if (request.kind == VenueRequestKind::place) {
    message.type = "D";
  } else {
    message.type = request.kind == VenueRequestKind::cancel ? "F" : "G";
    message.add(41, format_request_id({order.id, order.current}));
    if (!order.venue_order_id.empty()) message.add(37, order.venue_order_id);
  }
  add_names(message, order, names_account);
  message.add(60, fix_time(now));
  if (request.kind == VenueRequestKind::cancel) {
    message.add(38, std::to_string(order.terms.quantity.shares));
  } else {
    message.add(21, "1");
    add_terms(message, order, request.terms);
  }
  return message;
}

fix::Message status_request(const VenueOrder& order, std::uint32_t number, std::string_view version,
                            bool names_account) {
  fix::Message message;
  message.type = "H";
  message.add(11, format_request_id({order.id, number}));
  if (!order.venue_order_id.empty()) message.add(37, order.venue_order_id);
  add_names(message, order, names_account);
  if (version != "FIX.4.2") message.add(790, format_request_id({order.id, number}));
  return message;
}

fix::Message mass_status_request(const std::string& id) {
  fix::Message message;
  message.type = "AF";
  message.add(584, id).add(585, "7");
  return message;
}

std::optional<VenueExecution> read_execution(const fix::Message& message, fix::Verdict& wrong) {
  const auto missing = [&](fix::Verdict::Kind kind, int tag) {
    wrong.kind = kind;
    wrong.tag = tag;
    return std::nullopt;
  };
  VenueExecution execution;
  execution.request = parse_request_id(message.text(11));
  execution.original = parse_request_id(message.text(41));
  execution.type = execution_type(message);
  if (execution.type == '\0') return missing(fix::Verdict::field_missing, 150);
  if (message.text(39).empty()) return missing(fix::Verdict::field_missing, 39);
  execution.status = message.text(39).front();
  if (const auto reason = whole_number<int>(message.text(103))) execution.reject_reason = *reason;
  execution.execution_id = venue_id_text(message.text(17));
  execution.reference_execution_id = venue_id_text(message.text(19));
  if (message.text(37) != "NONE") execution.venue_order_id = venue_id_text(message.text(37));
  execution.text = venue_text(message.text(58));
  const std::array quantities{std::pair{32, &execution.last_quantity},
                              std::pair{38, &execution.terms.quantity}, std::pair{14, &execution.cumulative},
                              std::pair{151, &execution.leaves}};
  for (const auto& [tag, quantity] : quantities) {
    const auto given = quantity_at(message, tag);
    if (!given) return missing(fix::Verdict::value_wrong, tag);
    *quantity = *given;
  }
  const std::array prices{std::pair{31, &execution.last_price}, std::pair{44, &execution.terms.limit_price},
                          std::pair{99, &execution.terms.stop_price}, std::pair{6, &execution.average_price}};
  for (const auto& [tag, price] : prices) {
    const auto given = price_at(message, tag);
    if (!given) return missing(fix::Verdict::value_wrong, tag);
    *price = *given;
  }
  const bool trades = execution.type == 'F' || execution.type == 'G';
  if (trades && !execution.last_quantity) return missing(fix::Verdict::field_missing, 32);
  if (trades && !execution.last_price) return missing(fix::Verdict::field_missing, 31);
  if ((trades || execution.type == 'H') && execution.execution_id.empty())
    return missing(fix::Verdict::field_missing, 17);
  if ((execution.type == 'G' || execution.type == 'H') && execution.reference_execution_id.empty())
    return missing(fix::Verdict::field_missing, 19);
  execution.mass_request = message.text(584);
  execution.last_of_mass = message.text(912) == "Y";
  return execution;
}

std::string venue_text(std::string_view text) {
  std::string cut(text.substr(0, venue_text_bytes_max));
  std::ranges::replace_if(cut, [](char character) { return !printable(character); }, '?');
  return cut;
}

std::string venue_id_text(std::string_view text) {
  if (text.size() <= id_bytes_max && std::ranges::all_of(text, printable)) return std::string(text);
  std::uint64_t hash = 14'695'981'039'346'656'037u;  // FNV-1a
  for (const char character : text)
    hash = (hash ^ static_cast<unsigned char>(character)) * 1'099'511'628'211u;
  const std::string end = "~" + std::to_string(hash);
  return venue_text(text.substr(0, id_bytes_max - end.size())) + end;
}

}  // namespace trade::fixd
