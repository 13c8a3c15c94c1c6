// LMDB database "requests": account, ClOrdID -> comp id, kind u8 (with `lost_bit` or `at_venue_bit`), order
// u64, original, symbol, side u8 (with `short_bit` or `exempt_bit`)
#include "fixd/request_table.hpp"

#include <algorithm>

#include "base/byte_stream.hpp"
#include "store/key.hpp"
#include "store/rows.hpp"

namespace trade::fixd {

namespace {

// Of the kind.
constexpr std::uint8_t lost_bit = 0x80;
constexpr std::uint8_t at_venue_bit = 0x40;

// Of the side.
constexpr std::uint8_t short_bit = 0x40;
constexpr std::uint8_t exempt_bit = 0x80;

std::uint8_t side_byte(MarkedSide side) {
  const auto byte = static_cast<std::uint8_t>(side.side);
  if (!side.short_sale) return byte;
  return byte | (*side.short_sale == ShortSale::sell_short ? short_bit : exempt_bit);
}

/// Nothing: it is no side.
std::optional<MarkedSide> side_of_byte(std::uint8_t byte) {
  const auto side = value_numbered<Side>(static_cast<std::uint8_t>(byte & ~(short_bit | exempt_bit)));
  const bool is_short = (byte & short_bit) != 0;
  const bool is_exempt = (byte & exempt_bit) != 0;
  if (!side || (is_short && is_exempt) || ((is_short || is_exempt) && *side != Side::sell))
    return std::nullopt;
  MarkedSide marked{*side, {}};
  if (is_short) marked.short_sale = ShortSale::sell_short;
  if (is_exempt) marked.short_sale = ShortSale::sell_short_exempt;
  return marked;
}

void write_request(ByteWriter& writer, const PendingRequest& request) {
  writer.write_text(request.comp_id);
  const auto kind = static_cast<std::uint8_t>(request.kind);
  writer.write(static_cast<std::uint8_t>(kind | (request.lost ? lost_bit : 0) |
                                         (request.at_venue ? at_venue_bit : 0)));
  writer.write(request.order.value);
  writer.write_text(request.original);
  writer.write_text(request.symbol);
  writer.write(side_byte(request.side));
}

bool read_request(ByteReader& reader, PendingRequest& request) {
  request.comp_id = reader.read_text();
  const auto kind_byte = reader.read<std::uint8_t>();
  const auto kind = static_cast<std::uint8_t>(kind_byte & ~(lost_bit | at_venue_bit));
  request.lost = (kind_byte & lost_bit) != 0;
  request.at_venue = (kind_byte & at_venue_bit) != 0;
  request.kind = static_cast<RequestKind>(kind);
  request.order.value = reader.read<std::uint64_t>();
  request.original = reader.read_text();
  request.symbol = reader.read_text();
  const auto side = side_of_byte(reader.read<std::uint8_t>());
  request.side = side.value_or(MarkedSide{});
  return reader.ok() && reader.at_end() && side && kind >= 1 && kind <= 3;
}

template <class Map>
void erase_pair(Map& map, const typename Map::key_type& key, const ClientIdKey& value) {
  const auto [begin, end] = map.equal_range(key);
  const auto found = std::find_if(begin, end, [&](const auto& entry) { return entry.second == value; });
  if (found != end) map.erase(found);
}

}  // namespace

Status RequestTable::open(const std::shared_ptr<store::Environment>& environment, Timestamp now) {
  auto opened = environment->open_database("requests");
  if (!opened) return pass_on(std::move(opened));
  rows_ = *opened;
  auto transaction = environment->begin_read();
  if (!transaction) return pass_on(std::move(transaction));
  return store::for_each_row(*transaction, rows_, [&](store::KeyReader key, store::Bytes value) -> Status {
    ClientIdKey name;
    name.first = key.text();
    name.second = key.text();
    ByteReader reader(value);
    PendingRequest request;
    if (!read_request(reader, request) || !key.ok()) {
      return fail(
          ErrorCode::corrupt,
          "the requests that fixd keeps in " + environment->path().string() + " are damaged",
          "restore the store from a backup, or move it away, and agree with each session to begin at 1");
    }
    note(request, now);
    index(name, request);
    requests_[name] = std::move(request);
    return {};
  });
}

void RequestTable::note(PendingRequest& request, Timestamp now) {
  const std::int64_t ahead_ns = request.lost ? lost_after_ns - lost_with_tradingd_after_ns : 0;
  request.noted_at = {now.nanoseconds - ahead_ns};
}

void RequestTable::index(const ClientIdKey& key, const PendingRequest& request) {
  if (request.kind == RequestKind::place) return;
  if (request.order) {
    changes_by_order_.emplace(request.order.value, key);
  } else {
    changes_by_name_.emplace(ClientIdKey{key.first, request.original}, key);
  }
}

void RequestTable::unindex(const ClientIdKey& key, const PendingRequest& request) {
  if (request.kind == RequestKind::place) return;
  if (request.order) {
    erase_pair(changes_by_order_, request.order.value, key);
  } else {
    erase_pair(changes_by_name_, ClientIdKey{key.first, request.original}, key);
  }
}

bool RequestTable::add(const ClientIdKey& key, PendingRequest request) {
  if (const auto found = requests_.find(key); found != requests_.end()) {
    PendingRequest& known = found->second;
    if (known.comp_id != request.comp_id || known.kind != request.kind) return false;
    known.noted_at = request.noted_at;
    known.lost = false;
    dirty_.insert(key);
    return false;
  }
  index(key, request);
  requests_[key] = std::move(request);
  dirty_.insert(key);
  return true;
}

const PendingRequest* RequestTable::find(const ClientIdKey& key) const {
  const auto found = requests_.find(key);
  return found == requests_.end() ? nullptr : &found->second;
}

std::optional<PendingRequest> RequestTable::take(const ClientIdKey& key) {
  const auto found = requests_.find(key);
  if (found == requests_.end()) return std::nullopt;
  unindex(key, found->second);
  std::optional<PendingRequest> request = std::move(found->second);
  requests_.erase(found);
  dirty_.insert(key);
  return request;
}

/// The first that is meant of what waits for the order by number, then of what waits for it by name.
template <class IsMeant>
std::optional<ClientIdKey> RequestTable::find_change(OrderId order, const std::string& account,
                                                     const std::string& client_order_id,
                                                     IsMeant&& is_meant) const {
  const auto look = [&](const auto& changes, const auto& what) -> std::optional<ClientIdKey> {
    for (auto [at, end] = changes.equal_range(what); at != end; ++at) {
      if (is_meant(requests_.at(at->second))) return at->second;
    }
    return std::nullopt;
  };
  std::optional<ClientIdKey> key = look(changes_by_order_, order.value);
  if (!key && !client_order_id.empty()) key = look(changes_by_name_, ClientIdKey{account, client_order_id});
  return key;
}

std::optional<RequestTable::Named> RequestTable::take_named(const std::optional<ClientIdKey>& key) {
  if (!key) return std::nullopt;
  auto request = take(*key);
  return Named{*key, std::move(*request)};
}

std::optional<RequestTable::Named> RequestTable::take_change(RequestKind kind, OrderId order,
                                                             const std::string& account,
                                                             const std::string& client_order_id) {
  if (auto taken = take_change_at_venue(kind, order, account, client_order_id)) return taken;
  for (const bool lost : {false, true}) {
    const auto key = find_change(order, account, client_order_id, [&](const PendingRequest& request) {
      return request.kind == kind && request.lost == lost;
    });
    if (key) return take_named(key);
  }
  return std::nullopt;
}

std::optional<RequestTable::Named> RequestTable::take_change_at_venue(RequestKind kind, OrderId order,
                                                                      const std::string& account,
                                                                      const std::string& client_order_id) {
  return take_named(find_change(order, account, client_order_id, [&](const PendingRequest& request) {
    return request.kind == kind && request.at_venue;
  }));
}

void RequestTable::went_to_venue(RequestKind kind, OrderId order, const std::string& account,
                                 const std::string& client_order_id) {
  for (const bool lost : {false, true}) {
    const auto key = find_change(order, account, client_order_id, [&](const PendingRequest& request) {
      return request.kind == kind && !request.at_venue && request.lost == lost;
    });
    if (!key) continue;
    PendingRequest& request = requests_.at(*key);
    request.at_venue = true;
    request.lost = false;
    dirty_.insert(*key);
    return;
  }
}

std::optional<RequestKind> RequestTable::change_of(OrderId order, const std::string& account,
                                                   const std::string& client_order_id) const {
  for (const RequestKind kind : {RequestKind::cancel, RequestKind::replace}) {
    const auto is_meant = [&](const PendingRequest& request) { return request.kind == kind; };
    if (find_change(order, account, client_order_id, is_meant)) return kind;
  }
  return std::nullopt;
}

std::vector<RequestTable::Named> RequestTable::take_changes(OrderId order, const std::string& account,
                                                            const std::string& client_order_id) {
  std::vector<Named> taken;
  for (const RequestKind kind : {RequestKind::cancel, RequestKind::replace}) {
    while (auto request = take_change(kind, order, account, client_order_id))
      taken.push_back(std::move(*request));
  }
  return taken;
}

std::vector<RequestTable::Named> RequestTable::places(const std::string& comp_id) const {
  std::vector<Named> found;
  for (const auto& [key, request] : requests_) {
    if (request.comp_id == comp_id && request.kind == RequestKind::place) found.emplace_back(key, request);
  }
  return found;
}

std::vector<RequestTable::Named> RequestTable::drop_lost(Timestamp read_to) {
  std::vector<Named> lost;
  for (const auto& [key, request] : requests_) {
    if (request.at_venue) continue;
    if (read_to.nanoseconds - request.noted_at.nanoseconds > lost_after_ns) lost.emplace_back(key, request);
  }
  for (const auto& [key, request] : lost)
    take(key);
  return lost;
}

void RequestTable::hasten(const ClientIdKey& key, Timestamp now) {
  const auto found = requests_.find(key);
  if (found == requests_.end() || found->second.at_venue) return;
  found->second.lost = true;
  note(found->second, now);
  dirty_.insert(key);
}

Status RequestTable::write(store::Transaction& transaction) const {
  for (const ClientIdKey& key : dirty_) {
    const store::Key row = store::Key().text(key.first).text(key.second);
    const auto request = requests_.find(key);
    if (request == requests_.end()) {
      if (auto removed = transaction.remove(rows_, row); !removed) return pass_on(std::move(removed));
      continue;
    }
    ByteWriter value;
    write_request(value, request->second);
    if (Status put = transaction.put(rows_, row, value.bytes()); !put) return put;
  }
  return {};
}

}  // namespace trade::fixd
