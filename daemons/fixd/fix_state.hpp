// Everything that fixd keeps, in one LMDB environment: numbers and messages of the sessions, requests under
// way, orders, what other venues have and told, and how far the journal was applied. It becomes durable as a
// whole, so that after a crash the messages tell exactly what the journal up to that place says, and the
// journal is read on from there.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>

#include "base/result.hpp"
#include "fixd/message_store.hpp"
#include "fixd/order_table.hpp"
#include "fixd/request_table.hpp"
#include "fixd/venue_outbox.hpp"
#include "fixd/venue_table.hpp"
#include "follower/application.hpp"
#include "store/environment.hpp"

namespace trade::fixd {

class FixState {
 public:
  /// Creates what is not there. Errors: `corrupt`, and that of a store of another version.
  static Result<std::unique_ptr<FixState>> open(const std::filesystem::path& directory,
                                                std::uint64_t ended_orders_kept = OrderTable::ended_kept_max);

  MessageStore& messages() { return messages_; }
  OrderTable& orders() { return orders_; }
  RequestTable& requests() { return requests_; }
  VenueTable& venues() { return venues_; }
  VenueOutbox& outbox() { return outbox_; }
  [[nodiscard]] const OrderTable& orders() const { return orders_; }
  [[nodiscard]] const RequestTable& requests() const { return requests_; }

  [[nodiscard]] const follower::Position& position() const { return position_; }
  void set_position(const follower::Position& position) { position_ = position; }

  /// Where the journal was when this was made: requests of before may have been sent to venues, by what was
  /// here then. Nothing: it is not known yet.
  [[nodiscard]] std::optional<Sequence> made_at() const { return made_at_; }
  void set_made_at(Sequence sequence) { made_at_ = sequence; }

  /// Makes durable what is to be sent; where nothing is, the rest waits until there is enough of it.
  Status commit();
  Status commit_all();
  /// Removes a portion of what is kept no longer.
  Status tidy();

 private:
  FixState() = default;
  Status load();
  Status write();

  std::shared_ptr<store::Environment> environment_;
  store::Database about_;
  MessageStore messages_;
  OrderTable orders_;
  RequestTable requests_;
  VenueTable venues_;
  VenueOutbox outbox_;
  follower::Position position_;
  follower::Position written_position_;
  std::optional<Sequence> made_at_;
};

}  // namespace trade::fixd
