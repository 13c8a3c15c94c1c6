#include "ledger/order_table.hpp"

#include <algorithm>
#include <cstring>
#include <memory>

#include "base/assert.hpp"
#include "base/prefetch.hpp"

namespace trade::ledger {

namespace {

constexpr std::size_t image_header_bytes = 12;
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

TextPlace place_of(const OrderRecord& record) {
  return {record.client_id_offset, record.client_id_size};
}

TextPlace venue_place_of(const OrderRecord& record) {
  return {record.venue_id_offset(), record.venue_id_size()};
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
template <class Use>
void for_each_client_id(std::string_view texts, const OrderRecord& record, Use&& use) {
  for (TextPlace place = place_of(record); place.size != 0; place = older_than(texts, place))
    use(text_at(texts, place));
}

/// Whether an order that was refused for this reason never came to take its client id.
bool refused_before_client_id(RejectReason reason) {
  switch (reason) {
    case RejectReason::invalid_order:
    case RejectReason::invalid_price:
    case RejectReason::invalid_quantity:
    case RejectReason::unknown_account:
    case RejectReason::unknown_symbol:
      return true;
    default:
      return false;
  }
}

}  // namespace

std::optional<OrderPageImage> OrderPageImage::open(std::span<const std::byte> bytes) {
  ByteReader reader(bytes);
  OrderPageImage image;
  image.used_ = reader.read<std::uint32_t>();
  image.open_orders_ = reader.read<std::uint32_t>();
  const auto text_bytes = reader.read<std::uint32_t>();
  if (!reader.ok() || image.used_ == 0 || image.used_ > order_page_records) return std::nullopt;
  const std::size_t record_bytes = image.used_ * sizeof(OrderRecord);
  if (bytes.size() != image_header_bytes + record_bytes + text_bytes) return std::nullopt;
  image.records_ = bytes.subspan(image_header_bytes, record_bytes);
  const auto texts = bytes.subspan(image_header_bytes + record_bytes);
  image.texts_ = {reinterpret_cast<const char*>(texts.data()), texts.size()};
  return image;
}

OrderRecord OrderPageImage::record(std::uint32_t slot) const {
  OrderRecord record;
  TRADE_ASSERT(slot < used_, "no such slot");
  std::memcpy(&record, records_.data() + slot * sizeof record, sizeof record);
  return record;
}

std::string_view OrderPageImage::client_order_id(const OrderRecord& record) const {
  if (record.client_id_offset > texts_.size()) return {};
  return text_at(texts_, place_of(record));
}

std::string_view OrderPageImage::venue_order_id(const OrderRecord& record) const {
  if (record.venue_id_offset() > texts_.size()) return {};
  return text_at(texts_, venue_place_of(record));
}

std::unique_ptr<OrderTable::Page> OrderTable::make_page() {
  const std::span<OrderRecord, order_page_records> records(static_cast<OrderRecord*>(blocks_.take()),
                                                           order_page_records);
  std::ranges::uninitialized_value_construct(records);
  return std::make_unique<Page>(records);
}

void OrderTable::drop_page(std::uint32_t page) {
  blocks_.give_back(pages_[page]->records.data());
  pages_[page].reset();
}

OrderTable::Page* OrderTable::page_with(OrderId id) const {
  if (id.value == 0 || id > newest_) return nullptr;
  return pages_[page_of(id)].get();
}

OrderRecord* OrderTable::add(OrderId id) {
  if (id <= newest_ || (id.value - 1) / order_page_records >= UINT32_MAX) return nullptr;
  const std::uint32_t page = page_of(id);
  if (page >= pages_.size()) pages_.resize(page + std::size_t{1});
  mark(page);
  if (!pages_[page]) pages_[page] = make_page();
  newest_ = id;
  OrderRecord& record = pages_[page]->records[slot_of(id)];
  record.present = 1;
  return &record;
}

const OrderRecord* OrderTable::find(OrderId id) const {
  const Page* page = page_with(id);
  if (page == nullptr) return nullptr;
  const OrderRecord& record = page->records[slot_of(id)];
  return record.present != 0 ? &record : nullptr;
}

OrderRecord* OrderTable::change(OrderId id) {
  Page* page = page_with(id);
  if (page == nullptr) return nullptr;
  OrderRecord& record = page->records[slot_of(id)];
  if (record.present == 0) return nullptr;
  mark(page_of(id));
  return &record;
}

void OrderTable::count_open(OrderId id) {
  ++page_with(id)->open_orders;
  ++open_count_;
}

void OrderTable::count_ended(OrderId id) {
  Page* page = page_with(id);
  TRADE_ASSERT(page != nullptr && page->open_orders > 0, "an order ends that was not open");
  --page->open_orders;
  --open_count_;
}

std::string_view OrderTable::client_order_id(OrderId id, const OrderRecord& record) const {
  return text_at(page_with(id)->texts, place_of(record));
}

std::string_view OrderTable::venue_order_id(OrderId id, const OrderRecord& record) const {
  return text_at(page_with(id)->texts, venue_place_of(record));
}

bool OrderTable::has_client_id(std::uint64_t id, AccountId account, std::string_view text) const {
  const OrderRecord* record = find(OrderId{id});
  if (record == nullptr || record->account != account) return false;
  bool found = false;
  for_each_client_id(page_with(OrderId{id})->texts, *record,
                     [&](std::string_view candidate) { found = found || candidate == text; });
  return found;
}

OrderId OrderTable::find_client_id(AccountId account, std::string_view text) const {
  return OrderId{client_ids_.find(client_id_hash(account, text),
                                  [&](std::uint64_t id) { return has_client_id(id, account, text); })};
}

void OrderTable::prefetch(OrderId id) const {
  const Page* page = page_with(id);
  if (page == nullptr) return;
  const OrderRecord& record = page->records[slot_of(id)];
  prefetch_line(&record);
  prefetch_line(reinterpret_cast<const std::byte*>(&record + 1) - 1);
}

void OrderTable::prefetch_client_id(AccountId account, std::string_view text) const {
  client_ids_.prefetch(client_id_hash(account, text));
}

void OrderTable::index_client_id(OrderId id, const OrderRecord& record, std::string_view text) {
  if (record.reject_reason == RejectReason::duplicate_client_order_id) return;
  const std::uint64_t hash = client_id_hash(record.account, text);
  if (const OrderId older = find_client_id(record.account, text)) {
    if (refused_before_client_id(record.reject_reason)) return;
    // An id that is used again means the newer order.
    client_ids_.erase(hash, older.value);
  }
  client_ids_.insert(hash, id.value);
}

void OrderTable::add_client_id(OrderId id, OrderRecord& record, std::string_view text) {
  Page& page = *page_with(id);
  TRADE_ASSERT(!text.empty() && text.size() <= UINT8_MAX, "client order id of a wrong length");
  index_client_id(id, record, text);
  const bool renamed = record.client_id_size != 0;
  const TextPlace place = append_text(page.texts, text, place_of(record));
  record.client_id_offset = place.offset;
  record.client_id_size = place.size;
  if (renamed) limit_client_ids(page, id, record);
}

void OrderTable::limit_client_ids(Page& page, OrderId id, const OrderRecord& record) {
  TextPlace place = place_of(record);
  for (std::uint32_t kept = 1; kept < client_ids_per_order_max && place.size != 0; ++kept)
    place = older_than(page.texts, place);
  if (place.size == 0) return;
  for (TextPlace old = older_than(page.texts, place); old.size != 0; old = older_than(page.texts, old)) {
    client_ids_.erase(client_id_hash(record.account, text_at(page.texts, old)), id.value);
    page.texts_dead += static_cast<std::uint32_t>(old.size + link_bytes);
  }
  set_older(page.texts, place, {});
  clear_dead_texts(page);
}

void OrderTable::set_venue_order_id(OrderId id, OrderRecord& record, std::string_view text) {
  Page& page = *page_with(id);
  TRADE_ASSERT(!text.empty() && text.size() <= UINT8_MAX, "a venue's order id of a wrong length");
  if (record.venue_id_size() != 0)
    page.texts_dead += static_cast<std::uint32_t>(record.venue_id_size() + link_bytes);
  const TextPlace place = append_text(page.texts, text, {});
  record.set_venue_id(place.offset, place.size);
  clear_dead_texts(page);
}

void OrderTable::clear_dead_texts(Page& page) {
  if (page.texts_dead > std::max(texts_dead_min, page.texts.size() / 2)) compact_texts(page);
}

void OrderTable::compact_texts(Page& page) {
  std::string texts;
  for (OrderRecord& record : page.records) {
    // Newest first: each text's link is set once the next one has its place.
    TextPlace newer;
    for_each_client_id(page.texts, record, [&](std::string_view text) {
      const TextPlace place = append_text(texts, text, {});
      if (newer.size != 0) {
        set_older(texts, newer, place);
      } else {
        record.client_id_offset = place.offset;
      }
      newer = place;
    });
    if (const TextPlace place = venue_place_of(record); place.size != 0)
      record.set_venue_id(append_text(texts, text_at(page.texts, place), {}).offset, place.size);
  }
  page.texts = std::move(texts);
  page.texts_dead = 0;
}

bool OrderTable::check_texts(const Page& page) {
  for (const OrderRecord& record : page.records) {
    TextPlace place = place_of(record);
    for (std::uint32_t number = 0; place.size != 0; ++number) {
      if (number == client_ids_per_order_max) return false;
      if (std::size_t{place.offset} + place.size + link_bytes > page.texts.size()) return false;
      place = older_than(page.texts, place);
    }
    const TextPlace at_venue = venue_place_of(record);
    if (at_venue.size != 0 && std::size_t{at_venue.offset} + at_venue.size + link_bytes > page.texts.size())
      return false;
  }
  return true;
}

std::optional<OrderSight> OrderTable::look(OrderId id, OrderPageSource* source) const {
  if (const OrderRecord* record = find(id))
    return OrderSight{id, *record, client_order_id(id, *record), venue_order_id(id, *record)};
  if (id.value == 0 || id > newest_ || pages_[page_of(id)] || source == nullptr) return std::nullopt;
  const auto bytes = source->page(page_of(id));
  if (!bytes) return std::nullopt;
  const auto image = OrderPageImage::open(*bytes);
  if (!image || slot_of(id) >= image->used()) return std::nullopt;
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
  if (auto copy = copies_.take(page)) return std::move(*copy);
  return image_of(page);
}

std::vector<std::byte> OrderTable::image_of(std::uint32_t number) const {
  const Page& page = *pages_[number];
  const bool last = number == page_of(newest_);
  const std::uint32_t used = last ? slot_of(newest_) + 1 : order_page_records;
  ByteWriter writer;
  writer.reserve(image_header_bytes + used * sizeof(OrderRecord) + page.texts.size());
  writer.write(used);
  writer.write(page.open_orders);
  writer.write(static_cast<std::uint32_t>(page.texts.size()));
  writer.write_bytes(std::as_bytes(page.records.first(used)));
  writer.write_bytes(std::as_bytes(std::span(page.texts)));
  return writer.take();
}

bool OrderTable::load_page(std::uint32_t number, std::span<const std::byte> bytes) {
  const auto image = OrderPageImage::open(bytes);
  if (!image || number < pages_.size()) return false;
  auto page = make_page();
  page->texts = image->texts();
  for (std::uint32_t slot = 0; slot < image->used(); ++slot)
    page->records[slot] = image->record(slot);
  if (!check_texts(*page)) return false;
  page->open_orders = image->open_orders();
  open_count_ += page->open_orders;
  // What nothing leads to is not counted again; it stays until then.
  pages_.resize(number + std::size_t{1});
  pages_[number] = std::move(page);
  const std::uint64_t first = std::uint64_t{number} * order_page_records + 1;
  newest_ = OrderId{first + image->used() - 1};
  for (std::uint32_t slot = 0; slot < image->used(); ++slot) {
    const OrderRecord& record = pages_[number]->records[slot];
    for_each_client_id(pages_[number]->texts, record,
                       [&](std::string_view text) { index_client_id(OrderId{first + slot}, record, text); });
  }
  return true;
}

std::vector<std::uint32_t> OrderTable::open_pages() const {
  std::vector<std::uint32_t> open;
  for (std::uint32_t page = first_in_memory_; page < page_count(); ++page) {
    if (open_in_page(page) > 0) open.push_back(page);
  }
  return open;
}

void OrderTable::forget_client_ids(std::uint32_t number) {
  const Page& page = *pages_[number];
  for (std::uint32_t slot = 0; slot < order_page_records; ++slot) {
    const OrderRecord& record = page.records[slot];
    const std::uint64_t id = std::uint64_t{number} * order_page_records + slot + 1;
    for_each_client_id(page.texts, record, [&](std::string_view text) {
      client_ids_.erase(client_id_hash(record.account, text), id);
    });
  }
}

void OrderTable::evict(std::uint32_t pages_kept) {
  const std::uint32_t end = page_count() > pages_kept ? page_count() - pages_kept : 0;
  bool all_before_gone = true;
  for (std::uint32_t number = first_in_memory_; number < end; ++number) {
    if (pages_[number] && pages_[number]->open_orders == 0 && dirty_.clean(number)) {
      forget_client_ids(number);
      drop_page(number);
    }
    all_before_gone = all_before_gone && !pages_[number];
    if (all_before_gone) first_in_memory_ = number + 1;
  }
}

}  // namespace trade::ledger
