// Brings an application up to the end of a journal, group by group.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "base/result.hpp"
#include "follower/application.hpp"
#include "follower/follower.hpp"
#include "journal/journal.hpp"

namespace trade::follower {

/// Knows nothing of sockets: whoever owns it decides when to look. After an error it is of no more use.
class Tail {
 public:
  Tail(const Options& options, Application& application) : options_(options), application_(application) {}

  /// Whether a journal elsewhere did not answer when it was last asked. It is asked again after a pause.
  [[nodiscard]] bool silent() const { return silent_; }

  /// Whether the journal is there and open. While it is not, each call tries again.
  Result<bool> open();

  struct Group {
    std::size_t batches = 0;  ///< applied and committed
    bool at_end = false;      ///< the journal had no more when the group ended
    bool more = false;        ///< it ended at its bounds: there may be more at once
  };
  /// Applies and commits the next batches, within the bounds of a group. Does nothing without a journal.
  Result<Group> apply_group();

  /// The end of the journal at this moment; that of an empty one while there is none, and the last that was
  /// seen while a remote journal does not answer.
  Result<journal::Head> head();

 private:
  /// Whether the application's state comes from this journal, and no later than its end.
  Status check_origin(journal::Reader& reader);
  Status apply_next();
  /// Whether to go on without an answer of the journal: a remote one is silent while its tradingd is down.
  bool is_silence(const Error& error);
  /// Whether it is still left alone after that.
  [[nodiscard]] bool pausing() const;

  const Options& options_;
  Application& application_;
  std::unique_ptr<journal::Reader> reader_;
  wire::Batch batch_;
  journal::Head head_;
  bool silent_ = false;
  std::int64_t silence_noted_at_ns_ = 0;
  std::int64_t silence_logged_at_ns_ = 0;
};

}  // namespace trade::follower
