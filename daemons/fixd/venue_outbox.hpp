// What venues told and tradingd has not taken yet, in the order in which it came. It is durable together with
// the number of the message that told it: so a venue's message that counts as received reaches tradingd, over
// crashes too, perhaps more than once. Each bears a number, by which tradingd knows what it has taken
// already.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "model/command.hpp"
#include "store/environment.hpp"

namespace trade::fixd {

/// One thing that tradingd is to be told: a VenueReport, or that a venue's session has come up or gone down.
struct VenueNews {
  enum class Kind : std::uint8_t { report = 1, session = 2 };

  Kind what = Kind::report;
  VenueId venue;
  bool up = false;  ///< of session
  // Of report, as in VenueReport:
  OrderId order;
  VenueReportKind kind = VenueReportKind::status;
  std::uint32_t request = 0;
  std::string execution_id;
  std::string reference_execution_id;
  std::string venue_order_id;
  std::string text;
  Quantity quantity;
  Price price;
  Price stop_price;
  Quantity cumulative;
  Quantity leaves;
  Price average_price;

  bool operator==(const VenueNews&) const = default;

  /// Its texts point into this.
  [[nodiscard]] CommandBody command(const OutboxNumber& number = {}) const;
};

class VenueOutbox {
 public:
  /// With more than this the venues' sessions end, so that what they have to tell waits there.
  static constexpr std::size_t full_at = 100'000;

  /// Reads what there is. `corrupt` where it cannot be understood.
  Status open(std::shared_ptr<store::Environment> environment);

  void push(VenueNews news);
  [[nodiscard]] std::size_t size() const { return news_.size(); }
  [[nodiscard]] bool empty() const { return news_.empty(); }
  /// How many of the first are on the disk, with what they are numbered by.
  [[nodiscard]] std::size_t durable() const {
    return id_ == written_id_ && written_next_ > first_ ? static_cast<std::size_t>(written_next_ - first_)
                                                        : 0;
  }
  [[nodiscard]] bool full() const { return news_.size() >= full_at; }
  [[nodiscard]] const VenueNews& at(std::size_t index) const { return news_[index]; }
  [[nodiscard]] OutboxNumber number(std::size_t index) const { return {id_, first_ + index + 1}; }
  /// tradingd has taken this. Where that was never told from here, what is kept here is an older copy of what
  /// told it, as from a backup: from now on it counts as another outbox. Returns whether it does.
  bool note_taken(const OutboxNumber& taken);
  /// tradingd has taken the first so many.
  void drop(std::size_t count);

  [[nodiscard]] bool dirty() const {
    return first_ != written_first_ || next() != written_next_ || id_ != written_id_;
  }
  Status write(store::Transaction& transaction) const;
  void written();

 private:
  [[nodiscard]] std::uint64_t next() const { return first_ + news_.size(); }

  store::Database rows_;
  store::Database about_;
  std::deque<VenueNews> news_;
  std::uint64_t id_ = 0;     ///< told from others by chance
  std::uint64_t first_ = 0;  ///< number of the first of them; it is told with one more, since none is zero
  std::uint64_t opened_next_ = 0;  ///< of what there was when it was opened
  // What is on the disk:
  std::uint64_t written_id_ = 0;
  std::uint64_t written_first_ = 0;
  std::uint64_t written_next_ = 0;
};

}  // namespace trade::fixd
