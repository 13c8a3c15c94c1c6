#include "engine/client_ids.hpp"

#include "engine/bounds.hpp"
#include "engine/digest.hpp"

namespace trade::engine {

std::uint32_t digest_of_rest(const PlaceOrder& order) {
  if (is_plain(order.instructions) && are_none(order.legs)) return 0;
  Digest whole;
  digest(whole, order.instructions);
  digest(whole, order.legs);
  const auto value = static_cast<std::uint32_t>(whole.value() >> 32);
  return value == 0 ? 1 : value;
}

std::uint64_t ClientIds::hash_of(AccountId account, std::string_view text) {
  return hash_text(text, account.value);
}

ClientIdIndex ClientIds::find(AccountId account, std::string_view text) const {
  return index_.find(hash_of(account, text), [&](ClientIdIndex index) {
    return ids_[index].account == account && texts_.get(ids_[index].text) == text;
  });
}

ClientIdIndex ClientIds::add(const ClientId& id, std::string_view text) {
  const ClientIdIndex index = ids_.allocate();
  const std::uint64_t hash = hash_of(id.account, text);
  ids_[index] = id;
  ids_[index].text = texts_.put(text);
  ids_[index].hash = static_cast<std::uint32_t>(hash >> 32);
  if (id.known) index_.insert(hash, index);
  return index;
}

void ClientIds::drop(ClientIdIndex index) {
  const ClientId& id = ids_[index];
  // The text itself, which has long left the cache, is not looked at.
  if (id.known) index_.erase(std::uint64_t{id.hash} << 32, index);
  texts_.drop(id.text);
  ids_.free(index);
}

void ClientIds::drop_all(ClientIdIndex newest) {
  while (newest != 0) {
    const ClientIdIndex older = ids_[newest].older;
    drop(newest);
    newest = older;
  }
}

void ClientIds::limit_length(ClientIdIndex newest) {
  // The list grows by one at a time, so at most one id is too many: the last but one, since the last is the
  // one that the order was placed with.
  ClientIdIndex at = newest;
  for (std::uint32_t kept = 1; kept + 2 < client_ids_per_order_max && at != 0; ++kept)
    at = ids_[at].older;
  if (at == 0) return;
  const ClientIdIndex last_kept = ids_[at].older;
  if (last_kept == 0) return;
  const ClientIdIndex surplus = ids_[last_kept].older;
  if (surplus == 0 || ids_[surplus].older == 0) return;
  ids_[last_kept].older = ids_[surplus].older;
  drop(surplus);
}

}  // namespace trade::engine
