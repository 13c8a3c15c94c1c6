// The environments that this process has open: LMDB keeps its readers and locks by process, and a second open
// of the same file would release those of the first.
#pragma once

#include <compare>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>

#include <sys/types.h>

#include "base/result.hpp"

namespace trade::store {

class Environment;

/// The data file, by whatever path it is reached.
struct FileIdentity {
  dev_t device = 0;
  ino_t inode = 0;

  auto operator<=>(const FileIdentity&) const = default;
};

class Registry {
 public:
  /// The one of this process (a child after fork has its own); never destroyed, since environments may
  /// outlive static objects.
  static Registry& instance();

  /// The environment open under this identity, else the one that `open` makes. Waits while one is being
  /// closed.
  Result<std::shared_ptr<Environment>> find_or_open(
      const FileIdentity& identity, const std::function<Result<std::unique_ptr<Environment>>()>& open);

 private:
  Registry();

  const pid_t process_id_;
  std::mutex mutex_;
  std::condition_variable closed_;
  std::map<FileIdentity, std::weak_ptr<Environment>> open_;
};

}  // namespace trade::store
