#include "wire/checker.hpp"

namespace trade::wire {

std::unexpected<Error> Checker::error() const {
  return fail(ErrorCode::corrupt, "frame refused: " + problem_);
}

void Checker::refuse(const char* field, std::string_view what) {
  if (!ok_) return;
  ok_ = false;
  problem_ = std::string(record_) + " at " + std::to_string(index_) + ": " + field + ": ";
  // What is quoted from the frame may be anything; the message is one printable line.
  for (const char c : what)
    problem_ += c >= ' ' && c <= '~' ? c : '?';
}

void Checker::refuse_value(const char* field, std::int64_t value, std::string_view must) {
  refuse(field, std::to_string(value) + ", but " + std::string(must));
}

RejectReason Checker::reject_reason(schema::RejectReason number, const char* field) {
  if (number == schema::RejectReason::none) return RejectReason::none;
  const std::optional<RejectReason> reason = reject_reason_numbered(static_cast<std::uint8_t>(number));
  if (!reason) {
    refuse_value(field, static_cast<std::int64_t>(number), "this is no value of the enumeration");
    return RejectReason::none;
  }
  return *reason;
}

std::string_view Checker::client_order_id(std::string_view view, const char* field) {
  if (view.size() > client_order_id_bytes_max) [[unlikely]] {
    refuse_value(field, static_cast<std::int64_t>(view.size()), "that is longer in bytes than it may be");
    return {};
  }
  // An event repeats the text of its command, and points at the same bytes.
  if (view.data() == checked_.data() && view.size() == checked_.size()) return view;
  // Not check_client_order_id: this runs for every order, and compiles to a few vector instructions.
  bool printable = true;
  for (const char c : view)
    printable &= (c >= ' ') & (c <= '~');
  if (!printable || (!view.empty() && (view.front() == ' ' || view.back() == ' '))) [[unlikely]] {
    refuse(field, "not printable ASCII without spaces at either end");
  }
  checked_ = view;
  return view;
}

AccountName Checker::account_name(const flatbuffers::String* text_or_null, const char* field) {
  const Result<AccountName> name = parse_account_name(text(text_or_null, AccountName::capacity, field));
  if (name) return *name;
  refuse(field, name.error().message);
  return {};
}

std::string_view Checker::venue_text(const flatbuffers::String* text_or_null, std::size_t bytes_max,
                                     const char* field) {
  const std::string_view view = text(text_or_null, bytes_max, field);
  for (const char c : view) {
    if (c < ' ' || c > '~') {
      refuse(field, "not printable ASCII");
      return {};
    }
  }
  return view;
}

VenueName Checker::venue_name(const flatbuffers::String* text_or_null, const char* field) {
  const Result<VenueName> name = parse_venue_name(text(text_or_null, VenueName::capacity, field));
  if (name) return *name;
  refuse(field, name.error().message);
  return {};
}

Symbol Checker::symbol(const flatbuffers::String* text_or_null, const char* field) {
  const std::string_view view = text(text_or_null, Symbol::capacity, field);
  const Result<Symbol> symbol = parse_symbol(view);
  if (!symbol) {
    refuse(field, symbol.error().message);
    return {};
  }
  if (symbol->view() != view) refuse(field, "a stored symbol has no lower-case letters");
  return *symbol;
}

}  // namespace trade::wire
