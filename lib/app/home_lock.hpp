// Who has a home: the daemons that run in it, together, or one that puts another in its place, alone.
#pragma once

#include "app/home.hpp"
#include "base/result.hpp"

namespace trade::app {

/// A lock of the file `<home>/run/home.lock`. It is gone when the process is, however that ends.
class HomeLock {
 public:
  /// For a daemon, while it runs. Fails, named "home_taken", while somebody has the home alone.
  static Result<HomeLock> share(const Home& home);
  /// For whoever replaces what the home has: no daemon starts meanwhile. Fails, named "suite_running", while
  /// one runs, and named "home_taken" while somebody else has the home alone.
  static Result<HomeLock> take(const Home& home);
  ~HomeLock();
  HomeLock(HomeLock&& other) noexcept;
  HomeLock& operator=(HomeLock&& other) noexcept;

 private:
  explicit HomeLock(int descriptor) : descriptor_(descriptor) {}
  static Result<HomeLock> lock(const Home& home, bool alone);

  int descriptor_ = -1;
};

}  // namespace trade::app
