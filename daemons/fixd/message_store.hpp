// Sequence numbers and messages of the sessions. Changes gather in memory until they are written; what is
// asked for meanwhile comes from there.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "fix/session.hpp"
#include "store/environment.hpp"

namespace trade::fixd {

class MessageStore {
 public:
  MessageStore();
  ~MessageStore();

  /// Reads the numbers. `corrupt` where they cannot be understood.
  Status open(std::shared_ptr<store::Environment> environment);

  /// The numbers of one session, made when it is new. Good as long as this.
  fix::Store& session(const std::string& comp_id);
  /// The session has these accounts from now on, as it was added at that time. Where its messages may tell of
  /// others it begins at 1 again, so that nobody is told of accounts that are not its own any more.
  void give_accounts(const std::string& comp_id, const std::vector<std::string>& accounts,
                     Timestamp added_at);

  /// A message that came and whose outcome is not known yet.
  struct Inbound {
    std::uint32_t generation = 0;  ///< which of the session's beginnings at 1
    int sequence = 0;
  };
  /// After a crash the session asks for such messages again, from the lowest on, rather than lose one.
  Inbound begin_inbound(const std::string& comp_id, int sequence);
  void end_inbound(const std::string& comp_id, const Inbound& inbound);

  [[nodiscard]] bool dirty() const { return dirty_; }
  Status write(store::Transaction& transaction) const;
  void written();

  /// Whether messages of before a session's last beginning are still there.
  [[nodiscard]] bool has_old_messages() const;
  /// Removes at most so many of them; false in `more` when none are left.
  Status remove_old(store::Transaction& transaction, std::size_t messages_max, bool& more) const;
  void old_removed();

 private:
  class Numbers;
  Numbers& numbers_of(const std::string& comp_id);

  std::shared_ptr<store::Environment> environment_;
  store::Database numbers_;
  store::Database messages_;
  std::map<std::string, std::unique_ptr<Numbers>> sessions_;
  bool dirty_ = false;
};

}  // namespace trade::fixd
