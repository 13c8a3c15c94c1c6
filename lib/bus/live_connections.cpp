#include "bus/live_connections.hpp"

#include <algorithm>
#include <optional>

#include <sys/stat.h>

namespace trade::bus {

namespace {

std::optional<ino_t> inode_of(int descriptor) {
  struct stat status{};
  if (::fstat(descriptor, &status) != 0) return std::nullopt;
  return status.st_ino;
}

}  // namespace

bool LiveConnections::admit(int descriptor, std::string_view address) {
  if (!has_room_for(address)) {
    forget_closed();
    if (!has_room_for(address)) return false;
  }
  const auto inode = inode_of(descriptor);
  if (inode) connections_.push_back({descriptor, *inode, std::string(address)});
  return inode.has_value();
}

bool LiveConnections::has_room_for(std::string_view address) const {
  if (connections_.size() >= all_max_) return false;
  const auto of_address =
      std::ranges::count(connections_, address,
                         [](const Connection& connection) -> std::string_view { return connection.address; });
  return static_cast<std::size_t>(of_address) < each_max_;
}

void LiveConnections::forget_closed() {
  std::erase_if(connections_, [](const Connection& connection) {
    return inode_of(connection.descriptor) != connection.inode;
  });
}

}  // namespace trade::bus
