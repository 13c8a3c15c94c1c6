#include "itch_verify.hpp"

#include <charconv>

namespace trade::cmd {

namespace {

constexpr std::uint32_t page_orders_max = 1'000;

void note_difference(BookDifferences& differences, const std::string& what) {
  if (differences.count++ == 0) differences.first = what;
}

/// The recording's reference in a client order id of this run; zero when it is another's.
std::uint64_t reference_in(std::string_view client_order_id, std::string_view prefix) {
  if (!client_order_id.starts_with(prefix)) return 0;
  const std::string_view digits = client_order_id.substr(prefix.size());
  std::uint64_t reference = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), reference);
  return error == std::errc{} && end == digits.data() + digits.size() ? reference : 0;
}

}  // namespace

Result<BookDifferences> compare_book(Context& context, const ItchPlayer& player,
                                     const itch::ReferenceMarket& recorded) {
  Result<Client*> client = context.client();
  if (!client) return pass_on(std::move(client));
  BookDifferences differences;
  std::uint64_t matched = 0;
  OrdersRequest request;
  request.account = std::string(house_account_name);
  request.filter = OrderFilter::open;
  request.limit = page_orders_max;
  for (;;) {
    Result<std::vector<OrderView>> page = (*client)->orders(request);
    if (!page) return pass_on(std::move(page));
    for (const OrderView& order : *page) {
      const std::uint64_t reference = reference_in(order.client_order_id, player.client_id_prefix());
      if (reference == 0) continue;
      const std::string name =
          "order " + std::to_string(order.id.value) + " (reference " + std::to_string(reference) + ")";
      const itch::RestingOrder* resting = recorded.find(reference);
      if (resting == nullptr) {
        note_difference(differences, name + " rests, in the file it does not");
        continue;
      }
      ++matched;
      const Quantity leaves = order.quantity - order.filled_quantity;
      if (resting->stock.view() != order.symbol || resting->side != order.side ||
          resting->price != order.limit_price || resting->shares != leaves) {
        note_difference(differences, name + " has " + format_quantity(leaves) + " at " +
                                         format_price(order.limit_price) + ", in the file " +
                                         format_quantity(resting->shares) + " at " +
                                         format_price(resting->price));
      }
    }
    if (page->size() < request.limit) break;
    request.before = page->back().id;
  }
  if (matched < recorded.resting_orders()) {
    const std::uint64_t missing = recorded.resting_orders() - matched;
    note_difference(differences, std::to_string(missing) + " of the file's orders do not rest");
    differences.count += missing - 1;
  }
  return differences;
}

}  // namespace trade::cmd
