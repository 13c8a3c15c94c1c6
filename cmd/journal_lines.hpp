// A journal's batches as lines of JSON, and what another build made of the same commands.
#pragma once

#include <cstdint>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>

#include "base/result.hpp"
#include "format/journal_json.hpp"
#include "wire/wire.hpp"

namespace trade::cmd {

/// Each command of a batch, then its events: `{"kind", "batch", "command", …}`.
std::string batch_lines(const wire::Batch& batch, format::NameDirectory& names);

/// `{"kind":"state", "batch", "sequence", "state_hash"}`: what the state is after a batch.
std::string state_line(const wire::Batch& batch);

/// The first thing in which two builds differ.
struct EventDifference {
  std::uint64_t batch = 0;
  std::uint64_t command_number = 0;
  format::Json command;  ///< that it comes of; null where it is the state that differs
  format::Json there;    ///< the other's; null: it has none more
  format::Json here;     ///< null: there is none more here
  /// "sequence 12: price there 150.10, here 150.11"
  [[nodiscard]] std::string text() const;
};

/// Reads the lines of another build, from a file or from what a program writes, and compares as it goes.
class OtherEvents {
 public:
  static Result<OtherEvents> open_file(const std::string& path);
  /// Runs `BINARY replay journal DIRECTORY --write-events -`.
  static Result<OtherEvents> run(const std::string& binary, const std::string& directory);

  OtherEvents(OtherEvents&&) noexcept = default;
  OtherEvents& operator=(OtherEvents&&) noexcept = default;

  /// Compares one batch, whose events and state hash are this build's. An error where a line is no event.
  Result<std::optional<EventDifference>> compare(const wire::Batch& batch, format::NameDirectory& names);
  /// After the last batch: whether there is more, or the program failed.
  Result<std::optional<EventDifference>> finish();

 private:
  using Close = int (*)(std::FILE*);
  OtherEvents(std::FILE* file, Close close, std::string name) : file_(file, close), name_(std::move(name)) {}
  /// The next event or state; nothing at the end.
  Result<std::optional<format::Json>> next();

  std::unique_ptr<std::FILE, Close> file_;
  std::string name_;
  std::uint64_t line_ = 0;
  std::optional<format::Json> put_back_;
};

}  // namespace trade::cmd
