#include "model/reject_reason.hpp"

#include <array>

namespace trade {

namespace {
constexpr std::array rows{RejectReasonRow{RejectReason::none, "", "", 200, 0},
#define TRADE_ROW(name, number, text, http, fix) RejectReasonRow{RejectReason::name, #name, text, http, fix},
                          TRADE_REJECT_REASONS(TRADE_ROW)
#undef TRADE_ROW
};
}  // namespace

const RejectReasonRow& row_of(RejectReason reason) {
  for (const RejectReasonRow& row : rows) {
    if (row.reason == reason) return row;
  }
  return rows[0];
}

std::optional<RejectReason> reject_reason_numbered(std::uint8_t number) {
  for (const RejectReasonRow& row : rows) {
    if (static_cast<std::uint8_t>(row.reason) == number) return row.reason;
  }
  return std::nullopt;
}

std::optional<RejectReason> reject_reason_named(std::string_view name) {
  for (const RejectReasonRow& row : rows) {
    if (!name.empty() && row.name == name) return row.reason;
  }
  return std::nullopt;
}

}  // namespace trade
