#include "itch/codec.hpp"

#include <bit>
#include <cstring>
#include <limits>
#include <string>
#include <type_traits>
#include <utility>

#include "base/assert.hpp"
#include "itch/layout.hpp"

namespace trade::itch {

namespace {

template <class T>
T big_endian(T value) {
  static_assert(std::endian::native == std::endian::little);
  return std::byteswap(value);
}

/// Reads fields; the first that is wrong is named. The caller has checked the length.
class Input {
 public:
  explicit Input(const std::byte* bytes) : at_(bytes) {}

  template <std::unsigned_integral T>
  void integer(T& value) {
    std::memcpy(&value, at_, sizeof value);
    value = big_endian(value);
    at_ += sizeof value;
  }
  /// Six bytes.
  void time(std::int64_t& nanoseconds) {
    std::uint16_t high = 0;
    std::uint32_t low = 0;
    integer(high);
    integer(low);
    nanoseconds = static_cast<std::int64_t>((static_cast<std::uint64_t>(high) << 32) | low);
    if (nanoseconds >= nanoseconds_per_day) wrong("timestamp after midnight");
  }
  void shares_32(Quantity& quantity) {
    std::uint32_t shares = 0;
    integer(shares);
    quantity.shares = shares;
  }
  void shares_64(Quantity& quantity) {
    std::uint64_t shares = 0;
    integer(shares);
    if (shares > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
      wrong("shares above 63 bits");
      shares = 0;
    }
    quantity.shares = static_cast<std::int64_t>(shares);
  }
  void price(Price& price) {
    indicative_price(price);
    if (price.units > price_units_max) wrong("price above 200000");
  }
  /// One that no order and no trade has: may be any number.
  void indicative_price(Price& price) {
    std::uint32_t units = 0;
    integer(units);
    price.units = units;
  }
  void letter(char& value) {
    value = static_cast<char>(*at_++);
    if (value < ' ' || value > '~') wrong("a byte that is no letter");
  }
  void side(Side& side) {
    const char value = static_cast<char>(*at_++);
    if (value != 'B' && value != 'S') wrong("buy/sell indicator neither B nor S");
    side = value == 'S' ? Side::sell : Side::buy;
  }
  void yes_or_no(bool& flag) {
    const char value = static_cast<char>(*at_++);
    if (value != 'Y' && value != 'N') wrong("a flag neither Y nor N");
    flag = value == 'Y';
  }
  void event_code(SystemEventCode& code) {
    const char value = static_cast<char>(*at_++);
    if (std::string_view("OSQMEC").find(value) == std::string_view::npos) wrong("unknown event code");
    code = static_cast<SystemEventCode>(value);
  }
  template <std::size_t Capacity>
  void text(FixedString<Capacity>& text) {
    std::string_view padded(reinterpret_cast<const char*>(at_), Capacity);
    bool printable = true;
    for (const char c : padded)
      printable &= (c >= ' ') & (c <= '~');
    if (!printable) wrong("a byte that is no letter");
    while (!padded.empty() && padded.back() == ' ')
      padded.remove_suffix(1);
    text = *FixedString<Capacity>::make(padded);
    at_ += Capacity;
  }

  void wrong(const char* what) {
    if (problem_ == nullptr) problem_ = what;
  }
  /// The first thing wrong, or nothing.
  [[nodiscard]] const char* problem() const { return problem_; }
  [[nodiscard]] const std::byte* at() const { return at_; }

 private:
  const std::byte* at_;
  const char* problem_ = nullptr;
};

/// Writes fields into a buffer that is long enough for any message.
class Output {
 public:
  explicit Output(Encoded& encoded) : encoded_(encoded) {}

  template <std::unsigned_integral T>
  void integer(T value) {
    value = big_endian(value);
    std::memcpy(encoded_.bytes.data() + encoded_.size, &value, sizeof value);
    encoded_.size += sizeof value;
  }
  void time(std::int64_t nanoseconds) {
    if (nanoseconds < 0 || nanoseconds >= nanoseconds_per_day) wrong("timestamp outside the day");
    integer(static_cast<std::uint16_t>(static_cast<std::uint64_t>(nanoseconds) >> 32));
    integer(static_cast<std::uint32_t>(nanoseconds));
  }
  void shares_32(Quantity quantity) {
    if (!std::in_range<std::uint32_t>(quantity.shares)) wrong("shares outside 32 bits");
    integer(static_cast<std::uint32_t>(quantity.shares));
  }
  void shares_64(Quantity quantity) {
    if (quantity.shares < 0) wrong("shares below zero");
    integer(static_cast<std::uint64_t>(quantity.shares));
  }
  void price(Price price) {
    if (price.units > price_units_max) wrong("price above 200000");
    indicative_price(price);
  }
  void indicative_price(Price price) {
    if (!std::in_range<std::uint32_t>(price.units)) wrong("price outside 32 bits");
    integer(static_cast<std::uint32_t>(price.units));
  }
  void letter(char value) {
    if (value < ' ' || value > '~') wrong("a byte that is no letter");
    encoded_.bytes[encoded_.size++] = static_cast<std::byte>(value);
  }
  void side(Side side) { letter(side == Side::buy ? 'B' : 'S'); }
  void yes_or_no(bool flag) { letter(flag ? 'Y' : 'N'); }
  void event_code(SystemEventCode code) { letter(static_cast<char>(code)); }
  template <std::size_t Capacity>
  void text(const FixedString<Capacity>& text) {
    for (const char c : text.view())
      letter(c);
    for (std::size_t i = text.size(); i < Capacity; ++i)
      letter(' ');
  }

  void wrong(const char* what) {
    if (problem_ == nullptr) problem_ = what;
  }
  [[nodiscard]] const char* problem() const { return problem_; }

 private:
  Encoded& encoded_;
  const char* problem_ = nullptr;
};

std::string quoted(char type) {
  if (type > ' ' && type <= '~') return std::string("'") + type + "'";
  constexpr std::string_view digits = "0123456789abcdef";
  const auto byte = static_cast<unsigned char>(type);
  return std::string("0x") + digits[byte >> 4] + digits[byte & 15];
}

std::unexpected<Error> refused(std::uint64_t offset, char type, const std::string& what) {
  return fail(ErrorCode::corrupt,
              "ITCH message at byte " + std::to_string(offset) + " of type " + quoted(type) + ": " + what);
}

template <class Body>
Result<Message> decode_as(std::span<const std::byte> bytes, std::uint64_t offset) {
  if (bytes.size() != Body::bytes) {
    return refused(
        offset, Body::type,
        "it has " + std::to_string(bytes.size()) + " bytes, but must have " + std::to_string(Body::bytes));
  }
  Input input(bytes.data() + 1);
  Body body;
  input.integer(body.header.stock_locate);
  input.integer(body.header.tracking_number);
  input.time(body.header.nanoseconds);
  layout(input, body, static_cast<const Body*>(nullptr));
  if (input.problem() != nullptr) return refused(offset, Body::type, input.problem());
  return Message(std::move(body));
}

/// Calls `use` with a null pointer to the message struct of this type; false when there is none.
template <class Use, std::size_t... I>
bool with_type(char type, Use use, std::index_sequence<I...>) {
  return ((std::variant_alternative_t<I, Message>::type == type &&
           (use(static_cast<std::variant_alternative_t<I, Message>*>(nullptr)), true)) ||
          ...);
}
constexpr auto all_types = std::make_index_sequence<std::variant_size_v<Message>>{};

}  // namespace

std::size_t message_bytes(char type) {
  std::size_t bytes = 0;
  with_type(type, [&bytes]<class Body>(const Body*) { bytes = Body::bytes; }, all_types);
  return bytes;
}

Result<Message> decode(std::span<const std::byte> bytes, std::uint64_t offset) {
  if (bytes.empty())
    return fail(ErrorCode::corrupt, "ITCH message at byte " + std::to_string(offset) + ": empty");
  const char type = static_cast<char>(bytes.front());
  switch (type) {
    // The frequent ones first: for a compiler that makes a chain of comparisons of it.
    case AddOrder::type:
      return decode_as<AddOrder>(bytes, offset);
    case OrderDelete::type:
      return decode_as<OrderDelete>(bytes, offset);
    case OrderExecuted::type:
      return decode_as<OrderExecuted>(bytes, offset);
    case OrderReplace::type:
      return decode_as<OrderReplace>(bytes, offset);
    case OrderCancel::type:
      return decode_as<OrderCancel>(bytes, offset);
    case Trade::type:
      return decode_as<Trade>(bytes, offset);
    case AddOrderMpid::type:
      return decode_as<AddOrderMpid>(bytes, offset);
    case OrderExecutedWithPrice::type:
      return decode_as<OrderExecutedWithPrice>(bytes, offset);
    case SystemEvent::type:
      return decode_as<SystemEvent>(bytes, offset);
    case StockDirectory::type:
      return decode_as<StockDirectory>(bytes, offset);
    case StockTradingAction::type:
      return decode_as<StockTradingAction>(bytes, offset);
    case RegShoRestriction::type:
      return decode_as<RegShoRestriction>(bytes, offset);
    case MarketParticipantPosition::type:
      return decode_as<MarketParticipantPosition>(bytes, offset);
    case MwcbDeclineLevel::type:
      return decode_as<MwcbDeclineLevel>(bytes, offset);
    case MwcbStatus::type:
      return decode_as<MwcbStatus>(bytes, offset);
    case IpoQuotingPeriodUpdate::type:
      return decode_as<IpoQuotingPeriodUpdate>(bytes, offset);
    case LuldAuctionCollar::type:
      return decode_as<LuldAuctionCollar>(bytes, offset);
    case OperationalHalt::type:
      return decode_as<OperationalHalt>(bytes, offset);
    case CrossTrade::type:
      return decode_as<CrossTrade>(bytes, offset);
    case BrokenTrade::type:
      return decode_as<BrokenTrade>(bytes, offset);
    case NetOrderImbalance::type:
      return decode_as<NetOrderImbalance>(bytes, offset);
    case RetailPriceImprovement::type:
      return decode_as<RetailPriceImprovement>(bytes, offset);
    case DirectListing::type:
      return decode_as<DirectListing>(bytes, offset);
    default:
      return refused(offset, type, "unknown type");
  }
}

Result<Encoded> encode(const Message& message) {
  return std::visit(
      []<class Body>(const Body& body) -> Result<Encoded> {
        Encoded encoded;
        Output output(encoded);
        output.letter(Body::type);
        output.integer(body.header.stock_locate);
        output.integer(body.header.tracking_number);
        output.time(body.header.nanoseconds);
        layout(output, body, static_cast<const Body*>(nullptr));
        if (output.problem() != nullptr) {
          return fail(ErrorCode::usage, "ITCH message of type " + quoted(Body::type) +
                                            " cannot be written: " + output.problem());
        }
        TRADE_ASSERT(encoded.size == Body::bytes, "the layout has the length of the specification");
        return encoded;
      },
      message);
}

}  // namespace trade::itch
