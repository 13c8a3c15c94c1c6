#include "fixd/line_bounds.hpp"

#include "http/client_address.hpp"

namespace trade::fixd {

Line* line_to_end(const std::vector<std::unique_ptr<Line>>& lines, const std::string& address) {
  const std::string client = http::client_of_address(address);
  Line* oldest = nullptr;
  Line* oldest_of_client = nullptr;
  std::size_t waiting = 0;
  std::size_t of_client = 0;
  for (const auto& line : lines) {
    if (!line->comp_id.empty()) continue;
    if (waiting++ == 0) oldest = line.get();
    if (http::client_of_address(line->address()) != client) continue;
    if (of_client++ == 0) oldest_of_client = line.get();
  }
  if (of_client >= waiting_lines_of_client_max) return oldest_of_client;
  return waiting >= waiting_lines_max ? oldest : nullptr;
}

}  // namespace trade::fixd
