// Everything that fixd keeps, in one LMDB environment: numbers and messages of the sessions, requests under
// way, orders, and how far the journal was applied. It becomes durable as a whole, so that after a crash the
// messages tell exactly what the journal up to that place says, and the journal is read on from there.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>

#include "base/result.hpp"
#include "fixd/message_store.hpp"
#include "fixd/order_table.hpp"
#include "fixd/request_table.hpp"
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
  [[nodiscard]] const OrderTable& orders() const { return orders_; }
  [[nodiscard]] const RequestTable& requests() const { return requests_; }

  [[nodiscard]] const follower::Position& position() const { return position_; }
  void set_position(const follower::Position& position) { position_ = position; }

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
  follower::Position position_;
  follower::Position written_position_;
};

}  // namespace trade::fixd
