// What fixd keeps: the sessions' sequence numbers and messages, who sent which order, and how far the journal
// has been told. Changes gather in memory and become durable together; nothing is sent before.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "fix/session.hpp"
#include "store/environment.hpp"

namespace trade::fixd {

/// Who sent an order or a request to change one, by account and ClOrdID.
struct Origin {
  std::string comp_id;
  std::string original;  ///< OrigClOrdID of a cancel or replace; empty of a new order
};
using OriginKey = std::pair<std::string, std::string>;

class MessageStore {
 public:
  static Result<std::unique_ptr<MessageStore>> open(const std::filesystem::path& directory);

  /// The numbers of one session, made when it is new. Good as long as this.
  fix::Store& session(const std::string& comp_id);

  /// Messages that came and whose outcome is not known yet: after a crash the session asks for them again,
  /// from the lowest on, rather than lose one.
  void begin_inbound(const std::string& comp_id, int sequence);
  void end_inbound(const std::string& comp_id, int sequence);

  const std::map<OriginKey, Origin>& origins() const { return origins_; }
  void add_origin(const OriginKey& key, Origin origin);

  /// Of the last event that was told.
  std::uint64_t told() const { return told_; }
  void set_told(std::uint64_t sequence);

  bool dirty() const { return dirty_; }
  Status commit();

 private:
  class Numbers;
  MessageStore();
  Status load();

  std::shared_ptr<store::Environment> environment_;
  store::Database about_;
  store::Database numbers_;
  store::Database messages_;
  store::Database origins_database_;
  std::map<std::string, std::unique_ptr<Numbers>> sessions_;
  std::map<OriginKey, Origin> origins_;
  std::vector<OriginKey> new_origins_;
  std::uint64_t told_ = 0;
  bool dirty_ = false;

 public:
  ~MessageStore();
};

}  // namespace trade::fixd
