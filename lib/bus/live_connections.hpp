// Inside lib/bus only: how many connections over TCP there are at a time.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

namespace trade::bus {

/// Counts connections by looking whether their descriptors are still those: libzmq, which closes them, tells
/// nobody here. Belongs to one thread at a time.
class LiveConnections {
 public:
  /// So many of one address, and so many in all.
  LiveConnections(std::size_t each_max, std::size_t all_max) : each_max_(each_max), all_max_(all_max) {}

  /// Whether one more connection from this address, in bytes, may be. It counts from then on until its
  /// descriptor is closed.
  [[nodiscard]] bool admit(int descriptor, std::string_view address);

 private:
  struct Connection {
    int descriptor;
    ino_t inode;  ///< of its socket: another one may come to have the same descriptor
    std::string address;
  };
  [[nodiscard]] bool has_room_for(std::string_view address) const;
  void forget_closed();

  std::size_t each_max_;
  std::size_t all_max_;
  std::vector<Connection> connections_;
};

}  // namespace trade::bus
