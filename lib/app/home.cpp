#include "app/home.hpp"

#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

namespace trade::app {

namespace {

namespace fs = std::filesystem;

/// With less than this free a suite would not even get through its start.
constexpr std::uint64_t free_bytes_min = 4u << 20;

std::string_view environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string_view() : std::string_view(value);
}

std::unexpected<Error> cannot_create(const fs::path& path, int error) {
  const std::string message =
      "cannot create " + path.string() + ": " + std::generic_category().message(error);
  switch (error) {
    case ENOSPC:
    case EDQUOT:
      return fail(ErrorCode::out_of_space, message, "make room on that disk, or choose another home");
    case EACCES:
    case EPERM:
    case EROFS:
      return fail(ErrorCode::not_permitted, message, "choose a home that you may write to with --home");
    default:
      return fail(ErrorCode::internal, message, "choose another home with --home");
  }
}

/// After power loss what is created is there only if the directory that it is in was synced: what is durable
/// within would be lost with it.
Status sync_parent(const fs::path& path) {
  const fs::path parent = path.has_parent_path() ? path.parent_path() : fs::path(".");
  const int descriptor = ::open(parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return cannot_create(path, errno);
  const int error = ::fsync(descriptor) == 0 ? 0 : errno;
  ::close(descriptor);
  if (error != 0) return cannot_create(path, error);
  return {};
}

/// Creates a directory, and those above it, where they are missing. It is on the disk when this returns.
Status make_directory(const fs::path& path) {
  if (::mkdir(path.c_str(), 0700) == 0) return sync_parent(path);
  if (errno == ENOENT && path.has_parent_path() && path.parent_path() != path) {
    if (auto made = make_directory(path.parent_path()); !made) return made;
    if (::mkdir(path.c_str(), 0700) == 0) return sync_parent(path);
  }
  const int error = errno;
  if (error == ENOTDIR) {
    return fail(ErrorCode::internal,
                "cannot create " + path.string() + ": something above it is not a directory",
                "choose another home with --home");
  }
  if (error != EEXIST) return cannot_create(path, error);
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0) return cannot_create(path, errno);
  if (!S_ISDIR(status.st_mode)) {
    return fail(ErrorCode::internal, path.string() + " is not a directory",
                "move it out of the way, or choose another home with --home");
  }
  return {};
}

Status check_writable(const fs::path& path) {
  if (::access(path.c_str(), R_OK | W_OK | X_OK) != 0) {
    return fail(ErrorCode::not_permitted,
                "cannot write to " + path.string() + ": " + std::generic_category().message(errno),
                "choose a home that you may write to with --home");
  }
  return {};
}

}  // namespace

Result<Home> resolve_home(std::optional<std::string_view> option) {
  fs::path root;
  if (option && !option->empty()) {
    root = *option;
  } else if (const auto home = environment("TRADE_HOME"); !home.empty()) {
    root = home;
  } else if (const auto state = environment("XDG_STATE_HOME"); state.starts_with('/')) {
    // The XDG specification has relative values ignored.
    root = fs::path(state) / "trade";
  } else if (const auto user = environment("HOME"); !user.empty()) {
    root = fs::path(user) / ".local/state/trade";
  } else {
    return fail(ErrorCode::usage, "no home: HOME is not set", "name one with --home DIR or TRADE_HOME");
  }
  std::error_code error;
  root = fs::absolute(root, error).lexically_normal();
  if (error) {
    return fail(ErrorCode::internal, "cannot tell the present directory: " + error.message(),
                "name the home by an absolute path");
  }
  if (!root.has_filename() && root.has_relative_path()) root = root.parent_path();
  return Home{std::move(root)};
}

Status create_home(const Home& home) {
  if (auto made = make_directory(home.root); !made) return made;
  if (auto writable = check_writable(home.root); !writable) return writable;
  struct statvfs disk{};
  if (::statvfs(home.root.c_str(), &disk) == 0 && disk.f_bavail * disk.f_frsize < free_bytes_min) {
    return fail(ErrorCode::out_of_space, "no space left on the disk of " + home.root.string(),
                "make room on that disk, or choose another home");
  }
  for (const fs::path& directory : {home.run(), home.log(), home.journal(), home.ledger(), home.feed()}) {
    if (auto made = make_directory(directory); !made) return made;
    if (auto writable = check_writable(directory); !writable) return writable;
  }
  // Sockets are protected by this directory alone, so one that was made by hand is closed to others.
  if (::chmod(home.run().c_str(), 0700) != 0) {
    return fail(
        ErrorCode::not_permitted,
        "cannot close " + home.run().string() + " to other users: " + std::generic_category().message(errno),
        "run this as the user that the home belongs to");
  }
  return {};
}

Status check_restored(const Home& home) {
  constexpr const char* database = "data.mdb";
  std::error_code ignored;
  if (!fs::exists(home.restoring() / "journal" / database, ignored) ||
      fs::exists(home.journal() / database, ignored)) {
    return {};
  }
  return fail_named(
      ErrorCode::rejected, "half_restored",
      home.root.string() + " has no journal, and one that was to be restored in " + home.restoring().string(),
      "run 'trade restore' with the backup again; to begin an empty journal, remove that directory");
}

}  // namespace trade::app
