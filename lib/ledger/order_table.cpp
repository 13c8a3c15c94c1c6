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

/// The bytes of an order's texts with their links; nothing when one of them is not within `texts`, or there
/// are too many.
std::optional<std::size_t> size_of_texts(std::string_view texts, const OrderRecord& record) {
  std::size_t bytes = 0;
  const auto within = [&](TextPlace place) {
    bytes += place.size + link_bytes;
    return std::size_t{place.offset} + place.size + link_bytes <= texts.size();
  };
  TextPlace place = place_of(record);
  for (std::uint32_t number = 0; place.size != 0; ++number, place = older_than(texts, place)) {
    if (number == client_ids_per_order_max || !within(place)) return std::nullopt;
  }
  const TextPlace at_venue = venue_place_of(record);
  if (at_venue.size != 0 && !within(at_venue)) return std::nullopt;
  return bytes;
}

Error broken_page(std::uint32_t number) {
  return broken_ledger("page " + std::to_string(number) + " of its orders").error();
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
  if (image.open_orders_ > image.used_) return std::nullopt;
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

std::optional<std::span<const std::byte>> OrderTable::SavedPages::page(std::uint32_t number) {
  if (!read) return std::nullopt;
  auto page = read(number);
  if (page) {
    bytes = std::move(*page);
    return bytes;
  }
  if (!failure) failure = std::move(page.error());
  return std::nullopt;
}

void OrderTable::make_page(std::uint32_t number) {
  const std::span<OrderRecord, order_page_records> records(static_cast<OrderRecord*>(blocks_.take()),
                                                           order_page_records);
  std::ranges::uninitialized_value_construct(records);
  pages_[number] = std::make_unique<Page>(records);
  ++pages_in_memory_;
}

bool OrderTable::make_page(std::uint32_t number, const OrderPageImage& image) {
  make_page(number);
  Page& page = *pages_[number];
  page.texts = image.texts();
  for (std::uint32_t slot = 0; slot < image.used(); ++slot)
    page.records[slot] = image.record(slot);
  if (check_texts(page)) return true;
  drop_page(number);
  return false;
}

void OrderTable::drop_page(std::uint32_t page) {
  blocks_.give_back(pages_[page]->records.data());
  pages_[page].reset();
  --pages_in_memory_;
}

void OrderTable::let_go(std::uint32_t page) {
  forget_ended_client_ids(page);
  drop_page(page);
}

OrderTable::Page* OrderTable::page_with(OrderId id) const {
  if (id.value == 0 || id > newest_) return nullptr;
  return pages_[page_of(id)].get();
}

OrderRecord* OrderTable::add(OrderId id) {
  if (id <= newest_ || (id.value - 1) / order_page_records >= UINT32_MAX) return nullptr;
  const std::uint32_t page = page_of(id);
  if (page >= pages_.size()) {
    pages_.resize(page + std::size_t{1});
    open_in_page_.resize(page + std::size_t{1});
  }
  mark(page);
  if (!pages_[page]) make_page(page);
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

OrderTable::Page* OrderTable::bring_back(OrderId id) {
  if (!can_bring_back() || id.value == 0 || id > newest_) return nullptr;
  const std::uint32_t number = page_of(id);
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

OrderRecord* OrderTable::change(OrderId id) {
  Page* page = page_with(id);
  if (page == nullptr) [[unlikely]] {
    page = bring_back(id);
    if (page == nullptr) return nullptr;
  }
  OrderRecord& record = page->records[slot_of(id)];
  if (record.present == 0) return nullptr;
  mark(page_of(id));
  return &record;
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

std::string_view OrderTable::client_order_id(OrderId id, const OrderRecord& record) const {
  return text_at(page_with(id)->texts, place_of(record));
}

std::string_view OrderTable::venue_order_id(OrderId id, const OrderRecord& record) const {
  return text_at(page_with(id)->texts, venue_place_of(record));
}

OrderTable::Holding OrderTable::holding_of(OrderId id, AccountId account, std::string_view text,
                                           OrderPageSource* source) const {
  const auto holding = [&](std::string_view texts, const OrderRecord& record) {
    if (record.account != account) return Holding::no;
    bool found = false;
    for_each_client_id(texts, record,
                       [&](std::string_view candidate) { found = found || candidate == text; });
    if (!found) return Holding::no;
    return is_terminal(record.status) ? Holding::ended : Holding::open;
  };
  if (const Page* page = page_with(id)) return holding(page->texts, page->records[slot_of(id)]);
  const auto bytes = source != nullptr ? source->page(page_of(id)) : std::nullopt;
  const auto image = bytes ? OrderPageImage::open(*bytes) : std::nullopt;
  if (!image || slot_of(id) >= image->used()) return Holding::unreadable;
  const OrderRecord record = image->record(slot_of(id));
  if (!size_of_texts(image->texts(), record)) return Holding::unreadable;
  return holding(image->texts(), record);
}

OrderTable::ClientIdOwner OrderTable::owner_of(AccountId account, std::string_view text,
                                               OrderPageSource* source) const {
  ClientIdOwner owner;
  owner.id.value = client_ids_.find(client_id_hash(account, text), [&](std::uint64_t id) {
    const Holding holding = holding_of(OrderId{id}, account, text, source);
    if (holding == Holding::unreadable) owner.unreadable = page_of(OrderId{id});
    owner.open = holding == Holding::open;
    return holding == Holding::open || holding == Holding::ended;
  });
  return owner;
}

Result<OrderId> OrderTable::find_client_id(AccountId account, std::string_view text,
                                           OrderPageSource* source) const {
  const ClientIdOwner owner = owner_of(account, text, source);
  if (!owner.unreadable || owner.id) return owner.id;
  return std::unexpected(broken_page(*owner.unreadable));
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

bool OrderTable::index_client_id(OrderId id, const OrderRecord& record, std::string_view text, Taken taken) {
  if (record.reject_reason == RejectReason::duplicate_client_order_id) return true;
  const std::uint64_t hash = client_id_hash(record.account, text);
  const ClientIdOwner older = owner_of(record.account, text, &saved_);
  if (older.unreadable) [[unlikely]] {
    if (!saved_.failure) saved_.failure = broken_page(*older.unreadable);
    return false;
  }
  if (older.id) {
    if (refused_before_client_id(record.reject_reason)) return true;
    // By a replace, the older one may have taken it later, once this one had ended.
    if (taken == Taken::some_time && older.open && is_terminal(record.status)) return true;
    // An id that is used again means the newer order.
    client_ids_.erase(hash, older.id.value);
  }
  client_ids_.insert(hash, id.value);
  return true;
}

bool OrderTable::add_client_id(OrderId id, OrderRecord& record, std::string_view text) {
  Page& page = *page_with(id);
  TRADE_ASSERT(!text.empty() && text.size() <= UINT8_MAX, "client order id of a wrong length");
  if (!index_client_id(id, record, text, Taken::now)) return false;
  const bool renamed = record.client_id_size != 0;
  const TextPlace place = append_text(page.texts, text, place_of(record));
  record.client_id_offset = place.offset;
  record.client_id_size = place.size;
  if (renamed) limit_client_ids(page, id, record);
  return true;
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

bool OrderTable::check_texts(Page& page) {
  std::size_t live = 0;
  for (const OrderRecord& record : page.records) {
    const auto bytes = size_of_texts(page.texts, record);
    if (!bytes) return false;
    live += *bytes;
  }
  page.texts_dead = static_cast<std::uint32_t>(page.texts.size() - std::min(live, page.texts.size()));
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
  pages_[page]->saved_round = round_;
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
  writer.write(std::uint32_t{open_in_page_[number]});
  writer.write(static_cast<std::uint32_t>(page.texts.size()));
  writer.write_bytes(std::as_bytes(page.records.first(used)));
  writer.write_bytes(std::as_bytes(std::span(page.texts)));
  return writer.take();
}

bool OrderTable::load_page(std::uint32_t number, std::span<const std::byte> bytes, Loaded loaded) {
  const auto image = OrderPageImage::open(bytes);
  if (!image || number < pages_.size()) return false;
  pages_.resize(number + std::size_t{1});
  open_in_page_.resize(number + std::size_t{1});
  if (!make_page(number, *image)) return false;
  open_in_page_[number] = static_cast<std::uint16_t>(image->open_orders());
  open_count_ += image->open_orders();
  const std::uint64_t first = first_of(number).value;
  newest_ = OrderId{first + image->used() - 1};
  const Page& page = *pages_[number];
  bool indexed = true;
  for (std::uint32_t slot = 0; slot < order_page_records; ++slot) {
    const OrderRecord& record = page.records[slot];
    if (loaded == Loaded::left_out && is_terminal(record.status)) continue;
    for_each_client_id(page.texts, record, [&](std::string_view text) {
      indexed = indexed && index_client_id(OrderId{first + slot}, record, text, Taken::some_time);
    });
  }
  if (loaded == Loaded::left_out) drop_page(number);
  return indexed;
}

std::vector<std::uint32_t> OrderTable::open_pages() const {
  std::vector<std::uint32_t> open;
  for (std::uint32_t page = first_open_; page < page_count(); ++page) {
    if (open_in_page(page) > 0) open.push_back(page);
  }
  return open;
}

void OrderTable::forget_ended_client_ids(std::uint32_t number) {
  const Page& page = *pages_[number];
  for (std::uint32_t slot = 0; slot < order_page_records; ++slot) {
    const OrderRecord& record = page.records[slot];
    if (!is_terminal(record.status)) continue;
    const std::uint64_t id = first_of(number).value + slot;
    for_each_client_id(page.texts, record, [&](std::string_view text) {
      client_ids_.erase(client_id_hash(record.account, text), id);
    });
  }
}

void OrderTable::evict(std::uint32_t newest_kept, std::size_t older_kept) {
  const std::uint32_t newest_from = page_count() > newest_kept ? page_count() - newest_kept : 0;
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
