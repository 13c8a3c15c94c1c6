#include "lib/itch/support.hpp"

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include <gtest/gtest.h>
#include <stdlib.h>
#include <zlib.h>

#include "itch/file_reader.hpp"
#include "itch/writer.hpp"

namespace trade::itch::test {

std::string from_hex(std::string_view digits) {
  std::string bytes;
  std::string pair;
  for (const char digit : digits) {
    if (digit == ' ') continue;
    pair += digit;
    if (pair.size() == 2) {
      bytes += static_cast<char>(std::stoi(pair, nullptr, 16));
      pair.clear();
    }
  }
  if (!pair.empty()) throw std::invalid_argument("an odd number of digits");
  return bytes;
}

TemporaryDirectory::TemporaryDirectory() {
  std::string pattern = (std::filesystem::temp_directory_path() / "trade-itch-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("cannot make " + pattern);
  path_ = pattern;
}

TemporaryDirectory::~TemporaryDirectory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string TemporaryDirectory::write(const std::string& name, std::string_view bytes) const {
  std::ofstream file(path_ / name, std::ios::binary);
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  if (!file) throw std::runtime_error("cannot write " + name);
  return path(name);
}

std::string gzipped(std::string_view bytes) {
  z_stream stream{};
  if (deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
    throw std::runtime_error("deflateInit2");
  }
  std::string input(bytes);
  std::string output(deflateBound(&stream, static_cast<uLong>(bytes.size())), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(input.data());
  stream.avail_in = static_cast<uInt>(input.size());
  stream.next_out = reinterpret_cast<Bytef*>(output.data());
  stream.avail_out = static_cast<uInt>(output.size());
  const int outcome = deflate(&stream, Z_FINISH);
  output.resize(stream.total_out);
  deflateEnd(&stream);
  if (outcome != Z_STREAM_END) throw std::runtime_error("deflate");
  return output;
}

Result<std::vector<Message>> read_all(const std::string& path) {
  Result<FileReader> reader = FileReader::open(path);
  if (!reader) return pass_on(std::move(reader));
  std::vector<Message> messages;
  while (true) {
    Result<std::optional<Message>> message = reader->next();
    if (!message) {
      // What failed once fails again, in the same words.
      const Result<std::optional<Message>> again = reader->next();
      EXPECT_TRUE(!again && again.error().message == message.error().message);
      return pass_on(std::move(message));
    }
    if (!*message) return messages;
    messages.push_back(**message);
  }
}

std::string framed(const std::vector<Message>& messages) {
  std::ostringstream stream;
  Writer writer(stream);
  for (const Message& message : messages) {
    const Status status = writer.write(message);
    if (!status) throw std::runtime_error(status.error().message);
  }
  if (writer.bytes_written() != stream.str().size()) throw std::runtime_error("bytes_written");
  return stream.str();
}

std::vector<Message> generated(const GeneratorOptions& options) {
  std::vector<Message> messages;
  const Status status = generate(options, [&messages](const Message& message) {
    messages.push_back(message);
    return Status();
  });
  if (!status) throw std::runtime_error(status.error().message);
  return messages;
}

std::optional<std::string> real_file() {
  const char* given = std::getenv("TRADE_SHARED_DATA");
  const std::filesystem::path directory =
      given != nullptr ? std::filesystem::path(given)
                       : std::filesystem::path(TRADE_SOURCE_DIR).parent_path() / "shared" / "data";
  const std::filesystem::path file = directory / "aapl_20200130_premarket_10k.itch";
  std::error_code ignored;
  if (!std::filesystem::exists(file, ignored)) return std::nullopt;
  return file.string();
}

}  // namespace trade::itch::test
