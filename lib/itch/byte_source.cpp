#include "itch/byte_source.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "base/assert.hpp"

namespace trade::itch {

namespace {

/// Read from the file at once; with zlib's window of 32 KiB all the memory that a source takes.
constexpr std::size_t chunk_bytes = std::size_t{128} * 1024;

constexpr unsigned char gzip_magic[2] = {0x1f, 0x8b};

/// zlib's code for gzip framing with the largest window.
constexpr int gzip_window_bits = 15 + 16;

}  // namespace

struct ByteSource::State {
  std::string path;
  int file = -1;
  std::uint64_t file_bytes = 0;
  std::uint64_t file_bytes_read = 0;
  bool at_file_end = false;
  std::array<unsigned char, chunk_bytes> chunk;
  std::size_t chunk_begin = 0;
  std::size_t chunk_end = 0;
  bool gzip = false;
  bool inflating = false;  ///< `stream` is set up
  bool member_done = false;
  z_stream stream{};

  ~State() {
    if (inflating) inflateEnd(&stream);
    if (file >= 0) ::close(file);
  }

  [[nodiscard]] std::size_t available() const { return chunk_end - chunk_begin; }

  /// Reads more of the file behind what is there; only at its end does nothing come.
  Status fill() {
    if (chunk_begin > 0) {
      std::memmove(chunk.data(), chunk.data() + chunk_begin, available());
      chunk_end -= chunk_begin;
      chunk_begin = 0;
    }
    ssize_t count = 0;
    do {
      count = ::read(file, chunk.data() + chunk_end, chunk.size() - chunk_end);
    } while (count < 0 && errno == EINTR);
    if (count < 0) return fail(ErrorCode::internal, "cannot read '" + path + "': " + std::strerror(errno));
    at_file_end = count == 0;
    chunk_end += static_cast<std::size_t>(count);
    file_bytes_read += static_cast<std::uint64_t>(count);
    return {};
  }

  [[nodiscard]] std::unexpected<Error> broken(const std::string& what) const {
    return fail(
        ErrorCode::corrupt,
        "'" + path + "': gzip data at byte " + std::to_string(file_bytes_read - available()) + ": " + what,
        "the file was cut or changed on its way: get it again");
  }

  Result<std::size_t> read_plain(std::span<std::byte> into) {
    if (available() == 0) {
      if (Status status = fill(); !status) return pass_on(std::move(status));
    }
    const std::size_t count = std::min(available(), into.size());
    std::memcpy(into.data(), chunk.data() + chunk_begin, count);
    chunk_begin += count;
    return count;
  }

  Result<std::size_t> read_gzip(std::span<std::byte> into) {
    stream.next_out = reinterpret_cast<Bytef*>(into.data());
    stream.avail_out = static_cast<uInt>(std::min(into.size(), chunk_bytes));
    const uInt wanted = stream.avail_out;
    while (stream.avail_out == wanted) {
      if (available() == 0 && !at_file_end) {
        if (Status status = fill(); !status) return pass_on(std::move(status));
      }
      if (available() == 0) {
        if (member_done) return 0;
        return broken("it ends in the middle");
      }
      if (member_done) {  // files that were compressed in parts are one member after the other
        if (chunk[chunk_begin] != gzip_magic[0]) return broken("something else follows it");
        inflateReset(&stream);
        member_done = false;
      }
      stream.next_in = chunk.data() + chunk_begin;
      stream.avail_in = static_cast<uInt>(available());
      const int outcome = inflate(&stream, Z_NO_FLUSH);
      chunk_begin = chunk_end - stream.avail_in;
      if (outcome == Z_STREAM_END) {
        member_done = true;
      } else if (outcome != Z_OK && outcome != Z_BUF_ERROR) {
        return broken(stream.msg != nullptr ? stream.msg : "it cannot be inflated");
      }
    }
    return wanted - stream.avail_out;
  }
};

ByteSource::ByteSource(std::unique_ptr<State> state) : state_(std::move(state)) {}
ByteSource::~ByteSource() = default;
ByteSource::ByteSource(ByteSource&&) noexcept = default;
ByteSource& ByteSource::operator=(ByteSource&&) noexcept = default;

Result<ByteSource> ByteSource::open(const std::string& path) {
  auto state = std::make_unique<State>();
  state->path = path;
  state->file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (state->file < 0) {
    const ErrorCode code = errno == ENOENT   ? ErrorCode::not_found
                           : errno == EACCES ? ErrorCode::not_permitted
                                             : ErrorCode::internal;
    return fail(code, "cannot open '" + path + "': " + std::strerror(errno));
  }
  struct stat info{};
  if (::fstat(state->file, &info) == 0 && S_ISREG(info.st_mode)) {
    state->file_bytes = static_cast<std::uint64_t>(info.st_size);
  }
  while (state->available() < sizeof gzip_magic && !state->at_file_end) {
    if (Status status = state->fill(); !status) return pass_on(std::move(status));
  }
  state->gzip = state->available() >= sizeof gzip_magic &&
                std::memcmp(state->chunk.data(), gzip_magic, sizeof gzip_magic) == 0;
  if (state->gzip) {
    if (inflateInit2(&state->stream, gzip_window_bits) != Z_OK) {
      return fail(ErrorCode::internal, "cannot set up zlib for '" + path + "'");
    }
    state->inflating = true;
  }
  return ByteSource(std::move(state));
}

Result<std::size_t> ByteSource::read(std::span<std::byte> into) {
  TRADE_ASSERT(!into.empty(), "there is room for a byte");
  return state_->gzip ? state_->read_gzip(into) : state_->read_plain(into);
}

std::uint64_t ByteSource::file_bytes_read() const {
  return state_->file_bytes_read - state_->available();
}
std::uint64_t ByteSource::file_bytes() const {
  return state_->file_bytes;
}

}  // namespace trade::itch
