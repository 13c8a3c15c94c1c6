#include "journal/segment.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <fstream>
#include <memory>
#include <string>
#include <system_error>
#include <utility>

#include <zstd.h>

#include "base/byte_stream.hpp"
#include "store/error.hpp"
#include "store/files.hpp"

namespace trade::journal {

namespace {

namespace fs = std::filesystem;

constexpr std::uint32_t segment_magic = 0x4745'5354;
constexpr std::uint32_t segment_version = 1;
/// Records compress to about a third at this level, at some 300 MB/s.
constexpr int compression_level = 3;
constexpr std::string_view name_prefix = "segment-";
constexpr std::string_view name_suffix = ".zst";
constexpr std::size_t name_digits = 20;
constexpr std::size_t header_bytes = 96;
constexpr std::size_t record_size_bytes = sizeof(std::uint32_t);
/// A batch that is alone in its segment may be as large as a batch can be.
constexpr unsigned long long content_bytes_max = segment_bytes_max + record_payload_bytes_max + 1'048'576;

std::string name_of_segment(std::uint64_t first, std::uint64_t last) {
  std::array<char, 64> name{};
  std::snprintf(name.data(), name.size(), "segment-%020llu-%020llu.zst",
                static_cast<unsigned long long>(first), static_cast<unsigned long long>(last));
  return name.data();
}

std::optional<std::uint64_t> number_in(std::string_view digits) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return number;
}

std::unexpected<Error> broken(const SegmentFile& file, const std::string& what) {
  return fail(ErrorCode::corrupt, file.path.string() + " is damaged: " + what,
              "restore the archive's segment from a copy");
}

Result<std::vector<std::byte>> decompress(const SegmentFile& file) {
  std::error_code error;
  const auto size = fs::file_size(file.path, error);
  if (error) return std::unexpected(store::make_error(error.value(), file.path, "read the segment"));
  if (size > content_bytes_max) return broken(file, "it is too large");
  std::vector<char> compressed(size);
  std::ifstream stream(file.path, std::ios::binary);
  stream.read(compressed.data(), static_cast<std::streamsize>(size));
  if (!stream) return broken(file, "it cannot be read to its end");
  const unsigned long long content = ZSTD_getFrameContentSize(compressed.data(), compressed.size());
  // Both of the values that stand for errors are larger than this.
  if (content > content_bytes_max) return broken(file, "it does not say how large its content is");
  std::vector<std::byte> bytes(content);
  const std::size_t written =
      ZSTD_decompress(bytes.data(), bytes.size(), compressed.data(), compressed.size());
  if (ZSTD_isError(written) != 0) return broken(file, ZSTD_getErrorName(written));
  if (written != bytes.size()) return broken(file, "its content is shorter than it says");
  return bytes;
}

void write_hash(ByteWriter& writer, const Hash& hash) {
  writer.write_bytes(hash);
}

Hash read_hash(ByteReader& reader) {
  Hash hash{};
  for (std::byte& byte : hash)
    byte = reader.read<std::byte>();
  return hash;
}

/// What a segment's bytes begin with, which are taken from the reader.
Result<SegmentHeader> parse_header(const SegmentFile& file, ByteReader& reader) {
  SegmentHeader header;
  const auto magic = reader.read<std::uint32_t>();
  const auto version = reader.read<std::uint32_t>();
  header.identity = read_hash(reader);
  header.previous.head.batch = reader.read<std::uint64_t>();
  header.previous.head.next_command = reader.read<std::uint64_t>();
  header.previous.head.last_sequence = reader.read<std::uint64_t>();
  header.previous.hash = read_hash(reader);
  if (!reader.ok() || magic != segment_magic) return broken(file, "it is no segment of a journal");
  if (version != segment_version) return broken(file, "it is of version " + std::to_string(version));
  return header;
}

}  // namespace

fs::path archive_directory(const fs::path& journal) {
  return journal / "archive";
}

std::optional<SegmentFile> parse_segment_name(const fs::path& path) {
  const std::string name = path.filename().string();
  constexpr std::size_t size = name_prefix.size() + 2 * name_digits + 1 + name_suffix.size();
  if (name.size() != size || !name.starts_with(name_prefix) || !name.ends_with(name_suffix))
    return std::nullopt;
  const std::string_view digits = std::string_view(name).substr(name_prefix.size());
  const auto first = number_in(digits.substr(0, name_digits));
  const auto last = number_in(digits.substr(name_digits + 1, name_digits));
  if (!first || !last || *first == 0 || *last < *first) return std::nullopt;
  return SegmentFile{path, *first, *last};
}

Result<std::vector<SegmentFile>> list_segments(const fs::path& journal) {
  std::vector<SegmentFile> segments;
  std::error_code error;
  for (fs::directory_iterator entry(archive_directory(journal), error), end; !error && entry != end;
       entry.increment(error)) {
    if (auto segment = parse_segment_name(entry->path())) segments.push_back(std::move(*segment));
  }
  if (error && error != std::errc::no_such_file_or_directory) {
    return std::unexpected(store::make_error(error.value(), archive_directory(journal), "list the archive"));
  }
  std::ranges::sort(segments, {}, &SegmentFile::first);
  return segments;
}

Result<std::uint64_t> write_segment(const fs::path& journal, const Hash& identity, const ChainLink& previous,
                                    std::span<const std::vector<std::byte>> records) {
  ByteWriter writer;
  writer.write(segment_magic);
  writer.write(segment_version);
  write_hash(writer, identity);
  writer.write(previous.head.batch);
  writer.write(previous.head.next_command);
  writer.write(previous.head.last_sequence);
  write_hash(writer, previous.hash);
  for (const auto& record : records) {
    writer.write(static_cast<std::uint32_t>(record.size()));
    writer.write_bytes(record);
  }
  const std::unique_ptr<ZSTD_CCtx, decltype([](ZSTD_CCtx* context) { ZSTD_freeCCtx(context); })> context(
      ZSTD_createCCtx());
  std::vector<std::byte> compressed(ZSTD_compressBound(writer.bytes().size()));
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_compressionLevel, compression_level);
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_checksumFlag, 1);
  const std::size_t size = ZSTD_compress2(context.get(), compressed.data(), compressed.size(),
                                          writer.bytes().data(), writer.bytes().size());
  const fs::path path = archive_directory(journal) /
                        name_of_segment(previous.head.batch + 1, previous.head.batch + records.size());
  if (ZSTD_isError(size) != 0) {
    return fail(ErrorCode::internal, "cannot compress " + path.string() + ": " + ZSTD_getErrorName(size));
  }
  Status written = store::write_file_durably(path, {std::span(compressed).first(size)});
  if (!written) return pass_on(std::move(written));
  return size;
}

Result<Segment> read_segment(const SegmentFile& file) {
  Segment segment;
  auto bytes = decompress(file);
  if (!bytes) return pass_on(std::move(bytes));
  segment.bytes = std::move(*bytes);
  ByteReader reader(segment.bytes);
  const auto header = parse_header(file, reader);
  if (!header) return std::unexpected(header.error());
  static_cast<SegmentHeader&>(segment) = *header;
  wire::Bytes rest = wire::Bytes(segment.bytes).last(reader.remaining());
  while (!rest.empty()) {
    if (rest.size() < record_size_bytes) return broken(file, "it ends within a record");
    const auto size = ByteReader(rest).read<std::uint32_t>();
    rest = rest.subspan(record_size_bytes);
    if (size > rest.size()) return broken(file, "it ends within a record");
    segment.records.push_back(rest.first(size));
    rest = rest.subspan(size);
  }
  if (segment.first() != file.first || segment.last() != file.last) {
    return broken(file, "it has other batches than its name tells");
  }
  return segment;
}

Result<SegmentHeader> read_segment_header(const SegmentFile& file) {
  // One block of the frame, which is at most so large compressed or not, has more than the header.
  std::vector<char> compressed(ZSTD_CStreamOutSize());
  std::ifstream stream(file.path, std::ios::binary);
  if (!stream) return std::unexpected(store::make_error(errno, file.path, "read the segment"));
  stream.read(compressed.data(), static_cast<std::streamsize>(compressed.size()));
  std::array<std::byte, header_bytes> bytes{};
  const std::unique_ptr<ZSTD_DCtx, decltype([](ZSTD_DCtx* context) { ZSTD_freeDCtx(context); })> context(
      ZSTD_createDCtx());
  ZSTD_inBuffer input{compressed.data(), static_cast<std::size_t>(stream.gcount()), 0};
  ZSTD_outBuffer output{bytes.data(), bytes.size(), 0};
  while (output.pos < output.size) {
    const std::size_t before = input.pos + output.pos;
    const std::size_t rest = ZSTD_decompressStream(context.get(), &output, &input);
    if (ZSTD_isError(rest) != 0) return broken(file, ZSTD_getErrorName(rest));
    if (input.pos + output.pos == before || rest == 0) break;
  }
  if (output.pos < output.size) return broken(file, "it ends within its beginning");
  ByteReader reader(bytes);
  auto header = parse_header(file, reader);
  if (header && header->previous.head.batch + 1 != file.first)
    return broken(file, "it has other batches than its name tells");
  return header;
}

Result<ChainLink> check_segment(const SegmentFile& file, const Segment& segment) {
  ChainLink link = segment.previous;
  for (const wire::Bytes record : segment.records) {
    const auto header = read_record_header(record);
    Status good =
        header ? check_record_hash(*header, record_payload(record)) : std::unexpected(header.error());
    if (good) good = check_record_follows(*header, link);
    if (!good) {
      return broken(file, "batch " + std::to_string(link.head.batch + 1) + ": " + good.error().message);
    }
    link = {header->head(), header->hash};
  }
  return link;
}

Result<std::optional<wire::Bytes>> ArchiveReader::record(std::uint64_t number) {
  if (!segment_ || number < segment_->first() || number > segment_->last()) {
    const auto files = list_segments(journal_);
    if (!files) return std::unexpected(files.error());
    const auto found = std::ranges::find_if(
        *files, [number](const SegmentFile& file) { return number >= file.first && number <= file.last; });
    if (found == files->end()) return std::nullopt;
    // Not two in memory at a time.
    segment_.reset();
    auto segment = read_segment(*found);
    if (!segment) return pass_on(std::move(segment));
    segment_ = std::move(*segment);
  }
  return segment_->records[number - segment_->first()];
}

}  // namespace trade::journal
