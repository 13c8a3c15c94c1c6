#include "backup/files.hpp"

#include <cerrno>
#include <fstream>
#include <iterator>
#include <string>
#include <system_error>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

#include "store/environment.hpp"
#include "store/error.hpp"
#include "store/files.hpp"

namespace trade::backup {

namespace {

namespace fs = std::filesystem;

constexpr const char* database_name = "data.mdb";
constexpr std::size_t chunk_bytes = std::size_t{1} << 20;
constexpr std::uintmax_t text_bytes_max = std::uintmax_t{1} << 20;

bool left_out(const std::string& name) {
  return name == database_name || name.ends_with("lock.mdb") || name.ends_with(".tmp") ||
         name.ends_with(".lock") || name.ends_with(".pid");
}

Status copy_database(const fs::path& from, const fs::path& to) {
  auto environment = store::Environment::open(from, {.read_only = true});
  if (!environment) {
    // One that was made a moment ago is empty yet: there is nothing to copy.
    if (environment.error().code == ErrorCode::not_found) return {};
    return pass_on(std::move(environment));
  }
  return (*environment)->copy_to(to);
}

}  // namespace

Status copy_plain_file(const fs::path& from, const fs::path& to) {
  constexpr const char* what = "copy the file";
  const store::FileDescriptor source(::open(from.c_str(), O_RDONLY | O_CLOEXEC));
  if (!source.open()) return std::unexpected(store::make_error(errno, from, what));
  const store::FileDescriptor target(::open(to.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!target.open()) return std::unexpected(store::make_error(errno, to, what));
  std::vector<char> chunk(chunk_bytes);
  while (true) {
    const ssize_t got = ::read(source.get(), chunk.data(), chunk.size());
    if (got == 0) break;
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return std::unexpected(store::make_error(errno, from, what));
    for (ssize_t done = 0; done < got;) {
      const ssize_t put = ::write(target.get(), chunk.data() + done, static_cast<std::size_t>(got - done));
      if (put < 0 && errno != EINTR) return std::unexpected(store::make_error(errno, to, what));
      if (put > 0) done += put;
    }
  }
  if (::fsync(target.get()) != 0) return std::unexpected(store::make_error(errno, to, what));
  return {};
}

Status copy_directory(const fs::path& from, const fs::path& to,
                      const std::function<bool(const fs::path& file)>& wanted) {
  if (auto made = store::make_directories(to); !made) return made;
  std::error_code error;
  if (fs::exists(from / database_name, error)) {
    if (Status copied = copy_database(from, to); !copied) return copied;
  }
  for (fs::directory_iterator entry(from, error), end; !error && entry != end; entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    if (left_out(name)) continue;
    std::error_code gone;
    const fs::file_status status = entry->symlink_status(gone);
    Status copied;
    if (fs::is_directory(status)) {
      copied = copy_directory(entry->path(), to / name, wanted);
    } else if (fs::is_regular_file(status) && wanted(entry->path())) {
      copied = copy_plain_file(entry->path(), to / name);
      // Removed since it was listed: it is no part of the home any more.
      if (!copied && copied.error().code == ErrorCode::not_found) copied = {};
    }
    if (!copied) return copied;
  }
  if (error) return std::unexpected(store::make_error(error.value(), from, "list the directory"));
  return store::sync_directory(to);
}

Result<std::string> read_text(const fs::path& file) {
  std::error_code error;
  const auto size = fs::file_size(file, error);
  if (error) return std::unexpected(store::make_error(error.value(), file, "read the file"));
  if (size > text_bytes_max)
    return fail(ErrorCode::corrupt, file.string() + " is too large to be one of ours");
  std::ifstream stream(file, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>());
}

}  // namespace trade::backup
