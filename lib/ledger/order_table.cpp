#include "ledger/order_table.hpp"

#include <algorithm>
#include <cstring>
#include <memory>
#include <string>

#include "base/assert.hpp"
#include "base/prefetch.hpp"
#include "ledger/broken.hpp"

namespace trade::ledger {

namespace {

constexpr std::size_t image_header_bytes = 12;
/// Of OrderPageImage, as it is written now.
constexpr std::uint32_t image_layout = 1;
/// Texts that nothing leads to are cleared away when there are this many bytes of them, and more than half.
constexpr std::size_t texts_dead_min = 4'096;

std::uint64_t client_id_hash(AccountId account, std::string_view text) {
  return mixed_hash(text_hash(text) ^ account.value);
}

/// Where a client id stands in a page's texts. Size zero: none.
struct TextPlace {
  std::uint32_t offset = 0;
  std::uint8_t size = 0;
};
constexpr std::size_t link_bytes = 5;

/// `Order` is a StoredOrder or an OrderRecord.
template <class Order>
TextPlace place_of(const Order& order) {
  return {order.client_id_offset, order.client_id_size};
}

TextPlace venue_place_of(const OrderRecord& record) {
  return {record.venue_id_offset(), record.venue_id_size()};
}

TextPlace venue_place_of(const OrderExtras* extras) {
  return extras != nullptr ? TextPlace{extras->venue_id_offset, extras->venue_id_size} : TextPlace{};
}

std::string_view text_at(std::string_view texts, TextPlace place) {
  return texts.substr(place.offset, place.size);
}

/// The same order's client id before this one.
TextPlace older_than(std::string_view texts, TextPlace place) {
  TextPlace older;
  const char* link = texts.data() + place.offset + place.size;
  std::memcpy(&older.offset, link, sizeof older.offset);
  std::memcpy(&older.size, link + sizeof older.offset, sizeof older.size);
  return older;
}

void set_older(std::string& texts, TextPlace place, TextPlace older) {
  char* link = texts.data() + place.offset + place.size;
  std::memcpy(link, &older.offset, sizeof older.offset);
  std::memcpy(link + sizeof older.offset, &older.size, sizeof older.size);
}

TextPlace append_text(std::string& texts, std::string_view text, TextPlace older) {
  const TextPlace place{static_cast<std::uint32_t>(texts.size()), static_cast<std::uint8_t>(text.size())};
  texts += text;
  texts.append(link_bytes, '\0');
  set_older(texts, place, older);
  return place;
}

/// Calls `use(std::string_view)` for each client id of an order, the newest first.
template <class Order, class Use>
void for_each_client_id(std::string_view texts, const Order& order, Use&& use) {
  for (TextPlace place = place_of(order); place.size != 0; place = older_than(texts, place))
    use(text_at(texts, place));
}

/// The bytes of an order's texts with their links, the first of them its newest client id and its venue's id;
/// nothing when one of them is not within `texts`, or there are too many.
std::optional<std::size_t> size_of_texts(std::string_view texts, TextPlace client_id, TextPlace at_venue) {
  std::size_t bytes = 0;
  const auto within = [&](TextPlace place) {
    bytes += place.size + link_bytes;
    return std::size_t{place.offset} + place.size + link_bytes <= texts.size();
  };
  TextPlace place = client_id;
  for (std::uint32_t number = 0; place.size != 0; ++number, place = older_than(texts, place)) {
    if (number == client_ids_per_order_max || !within(place)) return std::nullopt;
  }
  if (at_venue.size != 0 && !within(at_venue)) return std::nullopt;
  return bytes;
}

Error broken_page(std::uint32_t number) {
  return broken_ledger("page " + std::to_string(number) + " of its orders").error();
}

/// Whether an order that was refused for this reason never came to take its client id, as a rule: the last
/// two are also found later, of an id that nobody has any more.
bool refused_before_client_id(RejectReason reason) {
  switch (reason) {
    case RejectReason::invalid_order:
    case RejectReason::invalid_price:
    case RejectReason::invalid_quantity:
    case RejectReason::unknown_account:
    case RejectReason::unknown_symbol:
    case RejectReason::invalid_expiry:
    case RejectReason::invalid_legs:
      return true;
    default:
      return false;
  }
}

}  // namespace

std::optional<OrderPageImage> OrderPageImage::open(std::span<const std::byte> bytes) {
  ByteReader reader(bytes);
  OrderPageImage image;
  image.used_ = reader.read<std::uint16_t>();
  image.layout_ = reader.read<std::uint16_t>();
  image.open_orders_ = reader.read<std::uint32_t>();
  const auto text_bytes = reader.read<std::uint32_t>();
  const std::uint32_t extras_count = image.layout_ == 0 ? 0 : reader.read<std::uint32_t>();
  if (!reader.ok() || image.layout_ > image_layout) return std::nullopt;
  if (image.used_ == 0 || image.used_ > order_page_records || extras_count > image.used_) return std::nullopt;
  if (image.open_orders_ > image.used_) return std::nullopt;
  const std::size_t record_bytes =
      image.used_ * (image.layout_ == 0 ? sizeof(OrderRecord) : sizeof(StoredOrder));
  const std::size_t extras_bytes = extras_count * sizeof(OrderExtras);
  if (reader.remaining() != record_bytes + extras_bytes + text_bytes) return std::nullopt;
  bytes = bytes.last(reader.remaining());
  image.records_ = bytes.first(record_bytes);
  image.extras_ = bytes.subspan(record_bytes, extras_bytes);
  const auto texts = bytes.last(text_bytes);
  image.texts_ = {reinterpret_cast<const char*>(texts.data()), texts.size()};
  return image;
}

OrderParts OrderPageImage::parts(std::uint32_t slot) const {
  TRADE_ASSERT(slot < used_, "no such slot");
  OrderParts parts;
  if (layout_ == 0) {
    OrderRecord record;
    std::memcpy(&record, records_.data() + slot * sizeof record, sizeof record);
    parts = parts_of(record);
  } else {
    std::memcpy(&parts.order, records_.data() + slot * sizeof parts.order, sizeof parts.order);
    if (parts.order.has_extras()) parts.extras = extras_at(slot);
  }
  parts.extras.slot = static_cast<std::uint16_t>(slot);
  return parts;
}

OrderExtras OrderPageImage::extras_at(std::uint32_t slot) const {
  std::size_t low = 0;
  for (std::size_t high = extras_count(); low < high;) {
    const std::size_t middle = (low + high) / 2;
    OrderExtras extras;
    std::memcpy(&extras, extras_.data() + middle * sizeof extras, sizeof extras);
    if (extras.slot == slot) return extras;
    (extras.slot < slot ? low : high) = extras.slot < slot ? middle + 1 : middle;
  }
  return {};
}

bool OrderPageImage::has_extras_where_due() const {
  if (layout_ == 0) return true;
  std::size_t found = 0;
  for (std::uint32_t slot = 0; slot < used_; ++slot) {
    StoredOrder order;
    std::memcpy(&order, records_.data() + slot * sizeof order, sizeof order);
    if (!order.has_extras()) continue;
    if (found == extras_count()) return false;
    OrderExtras extras;
    std::memcpy(&extras, extras_.data() + found++ * sizeof extras, sizeof extras);
    if (extras.slot != slot) return false;
  }
  return found == extras_count();
}

OrderRecord OrderPageImage::record(std::uint32_t slot) const {
  const OrderParts found = parts(slot);
  return record_of(found.order, found.order.has_extras() ? &found.extras : nullptr);
}

std::string_view OrderPageImage::client_order_id(const OrderRecord& record) const {
  if (record.client_id_offset > texts_.size()) return {};
  return text_at(texts_, place_of(record));
}

std::string_view OrderPageImage::venue_order_id(const OrderRecord& record) const {
  if (record.venue_id_offset() > texts_.size()) return {};
  return text_at(texts_, venue_place_of(record));
}

Result<std::span<const std::byte>> OrderTable::SavedPages::page(std::uint32_t number) {
  Kept& kept = kept_[number % kept_.size()];
  if (kept.number == number) return kept.bytes;
  auto page = read ? read(number) : std::unexpected(broken_page(number));
  if (page) {
    kept.number = number;
    kept.bytes = std::move(*page);
    return kept.bytes;
  }
  if (!failure) failure = page.error();
  return pass_on(std::move(page));
}

void OrderTable::SavedPages::forget(std::uint32_t number) {
  // Its bytes stay: they may be what the page is being made of.
  Kept& kept = kept_[number % kept_.size()];
  if (kept.number == number) kept.number.reset();
}

void OrderTable::make_page(std::uint32_t number) {
  const std::span<StoredOrder, order_page_records> orders(static_cast<StoredOrder*>(blocks_.take()),
                                                          order_page_records);
  std::ranges::uninitialized_value_construct(orders);
  pages_[number] = std::make_unique<Page>(orders);
  saved_.forget(number);
  ++pages_in_memory_;
}

bool OrderTable::make_page(std::uint32_t number, const OrderPageImage& image) {
  if (!image.has_extras_where_due()) return false;
  make_page(number);
  Page& page = *pages_[number];
  page.texts = image.texts();
  for (std::uint32_t slot = 0; slot < image.used(); ++slot) {
    const OrderParts parts = image.parts(slot);
    page.orders[slot] = parts.order;
    if (parts.order.has_extras()) page.extras.push_back(parts.extras);
  }
  if (check_texts(page)) return true;
  drop_page(number);
  return false;
}

void OrderTable::drop_page(std::uint32_t page) {
  blocks_.give_back(pages_[page]->orders.data());
  pages_[page].reset();
  --pages_in_memory_;
}

void OrderTable::let_go(std::uint32_t number) {
  const Page& page = *pages_[number];
  for (std::uint32_t slot = 0; slot < order_page_records; ++slot)
    forget_client_ids_if_ended({first_of(number).value + slot}, page.orders[slot], page.texts);
  drop_page(number);
}

OrderTable::Page* OrderTable::page_with(OrderId id) const {
  if (id.value == 0 || id > newest_) return nullptr;
  return pages_[page_of(id)].get();
}

StoredOrder* OrderTable::add(OrderId id) {
  if (id <= newest_ || (id.value - 1) / order_page_records >= UINT32_MAX) return nullptr;
  const std::uint32_t page = page_of(id);
  if (page >= pages_.size()) {
    pages_.resize(page + std::size_t{1});
    open_in_page_.resize(page + std::size_t{1});
  }
  mark(page);
  if (!pages_[page]) make_page(page);
  newest_ = id;
  StoredOrder& order = pages_[page]->orders[slot_of(id)];
  order.flags = StoredOrder::present_flag;
  return &order;
}

const StoredOrder* OrderTable::find(OrderId id) const {
  const Page* page = page_with(id);
  if (page == nullptr) return nullptr;
  const StoredOrder& order = page->orders[slot_of(id)];
  return order.present() ? &order : nullptr;
}

OrderTable::Page* OrderTable::bring_back(std::uint32_t number) {
  const auto bytes = saved_.page(number);
  if (!bytes) return nullptr;
  const auto image = OrderPageImage::open(*bytes);
  // Another number of open orders than there were when it left: it is not the version that left.
  if (!image || image->open_orders() != open_in_page_[number] || !make_page(number, *image)) {
    saved_.failure = broken_page(number);
    return nullptr;
  }
  ++pages_brought_back_;
  if (number < newest_from_) older_.push_back(number);
  return pages_[number].get();
}

StoredOrder* OrderTable::change(OrderId id) {
  Page* page = page_with(id);
  if (page == nullptr) [[unlikely]] {
    if (!can_bring_back() || id.value == 0 || id > newest_) return nullptr;
    page = bring_back(page_of(id));
    if (page == nullptr) return nullptr;
  }
  StoredOrder& order = page->orders[slot_of(id)];
  if (!order.present()) return nullptr;
  mark(page_of(id));
  return &order;
}

const OrderExtras* OrderTable::extras_of(const Page& page, std::uint32_t slot, const StoredOrder& order) {
  if (!order.has_extras()) return nullptr;
  return &*std::ranges::lower_bound(page.extras, slot, {}, &OrderExtras::slot);
}

const OrderExtras* OrderTable::extras(OrderId id, const StoredOrder& order) const {
  return order.has_extras() ? extras_of(*page_with(id), slot_of(id), order) : nullptr;
}

OrderExtras& OrderTable::change_extras(OrderId id, StoredOrder& order) {
  std::vector<OrderExtras>& extras = page_with(id)->extras;
  const auto at = std::ranges::lower_bound(extras, slot_of(id), {}, &OrderExtras::slot);
  if (order.has_extras()) return *at;
  order.flags |= StoredOrder::extras_flag;
  OrderExtras& added = *extras.emplace(at);
  added.slot = static_cast<std::uint16_t>(slot_of(id));
  return added;
}

void OrderTable::set_unusual_terms(OrderId id, StoredOrder& order, Quantity quantity, Price limit_price,
                                   Price stop_price) {
  const bool fit = order.set_terms(quantity, limit_price);
  OrderExtras& extras = change_extras(id, order);
  extras.stop_price = stop_price;
  extras.unfit_quantity = fit ? Quantity{} : quantity;
  extras.unfit_limit_price = fit ? Price{} : limit_price;
}

void OrderTable::count_open(OrderId id) {
  ++open_in_page_[page_of(id)];
  ++open_count_;
}

void OrderTable::count_ended(OrderId id) {
  std::uint16_t& open = open_in_page_[page_of(id)];
  TRADE_ASSERT(open > 0, "an order ends that was not open");
  --open;
  --open_count_;
}

std::string_view OrderTable::venue_order_id(OrderId id, const StoredOrder& order) const {
  return text_at(page_with(id)->texts, venue_place_of(extras(id, order)));
}

Result<OrderTable::Holding> OrderTable::holding_of(OrderId id, AccountId account, std::string_view text,
                                                   OrderPageSource* source) const {
  const auto holding = [&](std::string_view texts, const auto& order) {
    if (order.account != account) return Holding::no;
    bool found = false;
    for_each_client_id(texts, order, [&](std::string_view candidate) { found = found || candidate == text; });
    if (!found) return Holding::no;
    return is_terminal(order.status) ? Holding::ended : Holding::open;
  };
  if (const Page* page = page_with(id)) return holding(page->texts, page->orders[slot_of(id)]);
  const auto broken = [id] { return std::unexpected(broken_page(page_of(id))); };
  if (source == nullptr) return broken();
  auto bytes = source->page(page_of(id));
  if (!bytes) return pass_on(std::move(bytes));
  const auto image = OrderPageImage::open(*bytes);
  if (!image || slot_of(id) >= image->used()) return broken();
  const OrderRecord record = image->record(slot_of(id));
  if (!size_of_texts(image->texts(), place_of(record), venue_place_of(record))) return broken();
  return holding(image->texts(), record);
}

OrderTable::ClientIdOwner OrderTable::owner_of(AccountId account, std::string_view text,
                                               OrderPageSource* source) const {
  ClientIdOwner owner;
  owner.id.value = client_ids_.find(client_id_hash(account, text), [&](std::uint64_t id) {
    auto holding = holding_of(OrderId{id}, account, text, source);
    if (!holding) owner.failure = std::move(holding.error());
    owner.open = holding && *holding == Holding::open;
    return holding && *holding != Holding::no;
  });
  return owner;
}

Result<OrderId> OrderTable::find_client_id(AccountId account, std::string_view text,
                                           OrderPageSource* source) const {
  ClientIdOwner owner = owner_of(account, text, source);
  if (!owner.failure || owner.id) return owner.id;
  return std::unexpected(std::move(*owner.failure));
}

void OrderTable::prefetch(OrderId id) const {
  const Page* page = page_with(id);
  if (page == nullptr) return;
  prefetch_line(&page->orders[slot_of(id)]);
}

void OrderTable::prefetch_client_id(AccountId account, std::string_view text) const {
  client_ids_.prefetch(client_id_hash(account, text));
}

bool OrderTable::index_client_id(OrderId id, const StoredOrder& order, std::string_view text, Taken taken) {
  if (order.reject_reason == RejectReason::duplicate_client_order_id) return true;
  const std::uint64_t hash = client_id_hash(order.account, text);
  ClientIdOwner older = owner_of(order.account, text, &saved_);
  if (older.failure) [[unlikely]] {
    if (!saved_.failure) saved_.failure = std::move(older.failure);
    return false;
  }
  if (older.id) {
    // Who asks for an order that is open must not be told of one that was refused: the engine knows the ids
    // of all that are open, so it cannot have taken one of those.
    const bool refused = order.status == OrderStatus::rejected;
    if (refused && (older.open || refused_before_client_id(order.reject_reason))) return true;
    // By a replace, the older one may have taken it later, once this one had ended.
    if (taken == Taken::some_time && older.open && is_terminal(order.status)) return true;
    // An id that is used again means the newer order.
    client_ids_.erase(hash, older.id.value);
  }
  client_ids_.insert(hash, id.value);
  return true;
}

bool OrderTable::add_client_id(OrderId id, StoredOrder& order, std::string_view text) {
  Page& page = *page_with(id);
  TRADE_ASSERT(!text.empty() && text.size() <= UINT8_MAX, "client order id of a wrong length");
  if (!index_client_id(id, order, text, Taken::now)) return false;
  const bool renamed = order.client_id_size != 0;
  const TextPlace place = append_text(page.texts, text, place_of(order));
  order.client_id_offset = place.offset;
  order.client_id_size = place.size;
  if (renamed) limit_client_ids(page, id, order);
  return true;
}

void OrderTable::limit_client_ids(Page& page, OrderId id, const StoredOrder& order) {
  const auto older = [&page](TextPlace place) {
    return place.size != 0 ? older_than(page.texts, place) : TextPlace{};
  };
  // They grow by one at a time, so at most one is too many: the last but one, since the last is the first.
  TextPlace last_kept = place_of(order);
  for (std::uint32_t kept = 1; kept + 1 < client_ids_per_order_max; ++kept)
    last_kept = older(last_kept);
  const TextPlace surplus = older(last_kept);
  const TextPlace first = older(surplus);
  if (first.size == 0) return;
  client_ids_.erase(client_id_hash(order.account, text_at(page.texts, surplus)), id.value);
  page.texts_dead += static_cast<std::uint32_t>(surplus.size + link_bytes);
  set_older(page.texts, last_kept, first);
  clear_dead_texts(page);
}

void OrderTable::set_venue_order_id(OrderId id, StoredOrder& order, std::string_view text) {
  Page& page = *page_with(id);
  TRADE_ASSERT(!text.empty() && text.size() <= UINT8_MAX, "a venue's order id of a wrong length");
  OrderExtras& extras = change_extras(id, order);
  if (extras.venue_id_size != 0)
    page.texts_dead += static_cast<std::uint32_t>(extras.venue_id_size + link_bytes);
  const TextPlace place = append_text(page.texts, text, {});
  extras.venue_id_offset = place.offset;
  extras.venue_id_size = place.size;
  clear_dead_texts(page);
}

void OrderTable::clear_dead_texts(Page& page) {
  if (page.texts_dead > std::max(texts_dead_min, page.texts.size() / 2)) compact_texts(page);
}

void OrderTable::compact_texts(Page& page) {
  std::string texts;
  for (StoredOrder& order : page.orders) {
    // Newest first: each text's link is set once the next one has its place.
    TextPlace newer;
    for_each_client_id(page.texts, order, [&](std::string_view text) {
      const TextPlace place = append_text(texts, text, {});
      if (newer.size != 0) {
        set_older(texts, newer, place);
      } else {
        order.client_id_offset = place.offset;
      }
      newer = place;
    });
  }
  for (OrderExtras& extras : page.extras) {
    if (const TextPlace place = venue_place_of(&extras); place.size != 0)
      extras.venue_id_offset = append_text(texts, text_at(page.texts, place), {}).offset;
  }
  page.texts = std::move(texts);
  page.texts_dead = 0;
}

bool OrderTable::check_texts(Page& page) {
  std::size_t live = 0;
  for (std::uint32_t slot = 0; slot < order_page_records; ++slot) {
    const StoredOrder& order = page.orders[slot];
    const auto bytes =
        size_of_texts(page.texts, place_of(order), venue_place_of(extras_of(page, slot, order)));
    if (!bytes) return false;
    live += *bytes;
  }
  page.texts_dead = static_cast<std::uint32_t>(page.texts.size() - std::min(live, page.texts.size()));
  return true;
}

Result<std::optional<OrderSight>> OrderTable::look(OrderId id, OrderPageSource* source) const {
  if (const StoredOrder* order = find(id)) {
    return OrderSight{id, record_of(*order, extras(id, *order)),
                      text_at(page_with(id)->texts, place_of(*order)), venue_order_id(id, *order)};
  }
  if (id.value == 0 || id > newest_ || pages_[page_of(id)] || source == nullptr) return std::nullopt;
  auto bytes = source->page(page_of(id));
  if (!bytes) return pass_on(std::move(bytes));
  const auto image = OrderPageImage::open(*bytes);
  if (!image || slot_of(id) >= image->used()) return std::unexpected(broken_page(page_of(id)));
  const OrderRecord record = image->record(slot_of(id));
  if (record.present == 0) return std::nullopt;
  return OrderSight{id, record, image->client_order_id(record), image->venue_order_id(record)};
}

void OrderTable::mark(std::uint32_t page) {
  if (dirty_.mark(page)) [[unlikely]]
    copies_.keep(page, image_of(page));
}

std::vector<std::byte> OrderTable::save_page(std::uint32_t page) {
  dirty_.saved(page);
  pages_[page]->saved_round = round_;
  if (auto copy = copies_.take(page)) return std::move(*copy);
  return image_of(page);
}

std::vector<std::byte> OrderTable::image_of(std::uint32_t number) const {
  const Page& page = *pages_[number];
  const bool last = number == page_of(newest_);
  const std::uint32_t used = last ? slot_of(newest_) + 1 : order_page_records;
  const auto orders = std::as_bytes(page.orders.first(used));
  const auto extras = std::as_bytes(std::span(page.extras));
  ByteWriter writer;
  writer.reserve(image_header_bytes + sizeof(std::uint32_t) + orders.size() + extras.size() +
                 page.texts.size());
  writer.write(static_cast<std::uint16_t>(used));
  writer.write(static_cast<std::uint16_t>(image_layout));
  writer.write(std::uint32_t{open_in_page_[number]});
  writer.write(static_cast<std::uint32_t>(page.texts.size()));
  writer.write(static_cast<std::uint32_t>(page.extras.size()));
  writer.write_bytes(orders);
  writer.write_bytes(extras);
  writer.write_bytes(std::as_bytes(std::span(page.texts)));
  return writer.take();
}

bool OrderTable::load_page(std::uint32_t number, std::span<const std::byte> bytes, Loaded loaded) {
  const auto image = OrderPageImage::open(bytes);
  if (!image || number < pages_.size()) return false;
  pages_.resize(number + std::size_t{1});
  open_in_page_.resize(number + std::size_t{1});
  open_in_page_[number] = static_cast<std::uint16_t>(image->open_orders());
  open_count_ += image->open_orders();
  newest_ = OrderId{first_of(number).value + image->used() - 1};
  if (loaded == Loaded::remembered) remembered_.push_back(number);
  if (loaded == Loaded::left_out) left_out_.push_back(number);
  if (loaded == Loaded::kept && !make_page(number, *image)) return false;
  return index_page(number, *image, loaded != Loaded::left_out);
}

bool OrderTable::index_page(std::uint32_t number, const OrderPageImage& image, bool ended_too) {
  if (!image.has_extras_where_due()) return false;
  for (std::uint32_t slot = 0; slot < image.used(); ++slot) {
    const OrderParts parts = image.parts(slot);
    const StoredOrder& order = parts.order;
    if (!size_of_texts(image.texts(), place_of(order), venue_place_of(&parts.extras))) return false;
    if (!ended_too && is_terminal(order.status)) continue;
    const OrderId id{first_of(number).value + slot};
    bool indexed = true;
    for_each_client_id(image.texts(), order, [&](std::string_view text) {
      indexed = indexed && index_client_id(id, order, text, Taken::some_time);
    });
    if (!indexed) return false;
  }
  return true;
}

std::vector<std::uint32_t> OrderTable::open_pages() const {
  std::vector<std::uint32_t> open;
  for (std::uint32_t page = first_open_; page < page_count(); ++page) {
    if (open_in_page(page) > 0) open.push_back(page);
  }
  return open;
}

void OrderTable::forget_client_ids_if_ended(OrderId id, const StoredOrder& order, std::string_view texts) {
  if (!is_terminal(order.status)) return;
  for_each_client_id(texts, order, [&](std::string_view text) {
    client_ids_.erase(client_id_hash(order.account, text), id.value);
  });
}

void OrderTable::forget_remembered(std::uint32_t number) {
  // Where it cannot be read its client ids stay in the index, and whoever comes to one of them is told.
  const auto bytes = saved_.page(number);
  const auto image = bytes ? OrderPageImage::open(*bytes) : std::nullopt;
  for (std::uint32_t slot = 0; image && slot < image->used(); ++slot) {
    const StoredOrder order = image->parts(slot).order;
    if (size_of_texts(image->texts(), place_of(order), {}))
      forget_client_ids_if_ended({first_of(number).value + slot}, order, image->texts());
  }
}

void OrderTable::bring_back_loaded(std::size_t count, std::size_t older_kept) {
  for (; count > 0 && !remembered_.empty() && !read_failure(); remembered_.pop_back()) {
    if (pages_[remembered_.back()]) continue;
    if (bring_back(remembered_.back()) == nullptr) return;
    --count;
  }
  for (; count > 0 && !left_out_.empty() && older_.size() < older_kept && !read_failure();
       left_out_.pop_back()) {
    const std::uint32_t number = left_out_.back();
    if (pages_[number] || open_in_page_[number] == 0) continue;
    if (bring_back(number) == nullptr) return;
    --count;
  }
}

void OrderTable::evict(std::uint32_t newest_kept, std::size_t older_kept) {
  const std::uint32_t newest_from = page_count() > newest_kept ? page_count() - newest_kept : 0;
  for (; !remembered_.empty() && remembered_.front() < newest_from; remembered_.pop_front()) {
    // One that has come back is let go of as others are.
    if (pages_[remembered_.front()]) continue;
    forget_remembered(remembered_.front());
    if (open_in_page_[remembered_.front()] > 0) left_out_.push_back(remembered_.front());
  }
  for (; newest_from_ < newest_from; ++newest_from_) {
    if (pages_[newest_from_]) older_.push_back(newest_from_);
  }
  while (first_open_ < newest_from && open_in_page_[first_open_] == 0)
    ++first_open_;
  ++round_;
  std::erase_if(older_, [this](std::uint32_t page) {
    if (open_in_page_[page] > 0 || !dirty_.clean(page)) return false;
    let_go(page);
    return true;
  });
  if (can_bring_back() && older_.size() > older_kept) let_go_of_unchanged(older_.size() - older_kept);
}

void OrderTable::let_go_of_unchanged(std::size_t count) {
  const auto clean_end =
      std::partition(older_.begin(), older_.end(), [this](std::uint32_t page) { return dirty_.clean(page); });
  const auto clean_count = static_cast<std::size_t>(clean_end - older_.begin());
  const auto leaving_end = older_.begin() + static_cast<std::ptrdiff_t>(std::min(count, clean_count));
  const auto saved_at = [this](std::uint32_t page) { return std::pair(pages_[page]->saved_round, page); };
  std::nth_element(older_.begin(), leaving_end, clean_end,
                   [&](std::uint32_t left, std::uint32_t right) { return saved_at(left) < saved_at(right); });
  for (auto page = older_.begin(); page != leaving_end; ++page)
    let_go(*page);
  older_.erase(older_.begin(), leaving_end);
}

}  // namespace trade::ledger
