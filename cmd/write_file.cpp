#include "write_file.hpp"

#include <fstream>

namespace trade::cmd {

Status write_file(const std::string& path, std::string_view bytes) {
  std::ofstream stream(path, std::ios::binary | std::ios::trunc);
  stream << bytes;
  stream.close();
  if (!stream) return fail(ErrorCode::internal, "cannot write " + path, "is the directory there?");
  return {};
}

}  // namespace trade::cmd
