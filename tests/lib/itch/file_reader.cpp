#include "itch/file_reader.hpp"

#include <ostream>
#include <sstream>
#include <streambuf>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "itch/writer.hpp"
#include "lib/itch/support.hpp"

namespace trade::itch::test {

namespace {

const GeneratorOptions small_day{.symbols = 3, .messages = 2'000, .seed = 7};

std::string refusal(const std::string& path) {
  const Result<std::vector<Message>> messages = read_all(path);
  return messages ? "" : messages.error().message;
}

TEST(FileReaderTest, ReadsWhatWasWrittenPlainAndGzip) {
  const TemporaryDirectory directory;
  const std::vector<Message> messages = generated(small_day);
  const std::string bytes = framed(messages);
  for (const auto& [name, content] : {std::pair("plain", bytes), std::pair("gzip", gzipped(bytes))}) {
    SCOPED_TRACE(name);
    const Result<std::vector<Message>> read = read_all(directory.write(name, content));
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_TRUE(*read == messages);
  }
}

TEST(FileReaderTest, KnowsWhereItIs) {
  const TemporaryDirectory directory;
  const std::string bytes = framed(generated(small_day));
  const std::string compressed = gzipped(bytes);
  Result<FileReader> reader = FileReader::open(directory.write("day.gz", compressed));
  ASSERT_TRUE(reader);
  EXPECT_EQ(reader->file_bytes(), compressed.size());
  ASSERT_TRUE(reader->next());
  EXPECT_EQ(reader->offset(), 14u);
  while (true) {
    const auto message = reader->next();
    ASSERT_TRUE(message);
    if (!*message) break;
  }
  EXPECT_EQ(reader->messages_read(), small_day.messages);
  EXPECT_EQ(reader->offset(), bytes.size());
  EXPECT_EQ(reader->file_bytes_read(), compressed.size());
}

TEST(FileReaderTest, ReadsGzipOfSeveralMembers) {
  const TemporaryDirectory directory;
  const std::vector<Message> messages = generated(small_day);
  const std::string bytes = framed(messages);
  const std::string parts = gzipped(bytes.substr(0, 1'001)) + gzipped(bytes.substr(1'001));
  const Result<std::vector<Message>> read = read_all(directory.write("parts.gz", parts));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_TRUE(*read == messages);
}

TEST(FileReaderTest, ReadsAPipe) {
  const TemporaryDirectory directory;
  const std::string path = directory.path("pipe");
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  const std::vector<Message> messages = generated({.symbols = 2, .messages = 20'000, .seed = 1});
  const std::string bytes = framed(messages);
  std::thread writer([&] { static_cast<void>(directory.write("pipe", bytes)); });
  const Result<std::vector<Message>> read = read_all(path);
  writer.join();
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_TRUE(*read == messages);
}

TEST(FileReaderTest, AnEmptyFileHasNoMessages) {
  const TemporaryDirectory directory;
  const Result<std::vector<Message>> read = read_all(directory.write("empty", ""));
  ASSERT_TRUE(read);
  EXPECT_TRUE(read->empty());
}

TEST(FileReaderTest, AFileThatIsNotThereIsNotFound) {
  const TemporaryDirectory directory;
  const Result<FileReader> reader = FileReader::open(directory.path("missing"));
  ASSERT_FALSE(reader);
  EXPECT_EQ(reader.error().code, ErrorCode::not_found);
  EXPECT_NE(reader.error().message.find("missing"), std::string::npos);
}

TEST(FileReaderTest, ADirectoryIsAnError) {
  const TemporaryDirectory directory;
  const Result<FileReader> reader = FileReader::open(directory.path("."));
  ASSERT_FALSE(reader);
  EXPECT_NE(reader.error().message.find("directory"), std::string::npos) << reader.error().message;
}

TEST(FileReaderTest, AFileCutAnywhereEndsInAnErrorOrBetweenMessages) {
  const TemporaryDirectory directory;
  const std::vector<Message> messages = generated({.symbols = 1, .messages = 13, .seed = 3});
  const std::string bytes = framed(messages);
  std::size_t whole = 0;
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const Result<std::vector<Message>> read = read_all(directory.write("cut", bytes.substr(0, size)));
    if (read) {
      ASSERT_EQ(framed(*read), bytes.substr(0, size));
      ++whole;
    } else {
      EXPECT_EQ(read.error().code, ErrorCode::corrupt);
      EXPECT_NE(read.error().message.find("at byte "), std::string::npos) << read.error().message;
      EXPECT_NE(read.error().message.find("file ends"), std::string::npos) << read.error().message;
    }
  }
  EXPECT_EQ(whole, messages.size());
}

TEST(FileReaderTest, AGzipFileCutAnywhereIsAnError) {
  const TemporaryDirectory directory;
  const std::string compressed = gzipped(framed(generated({.symbols = 1, .messages = 13, .seed = 3})));
  for (std::size_t size = 2; size < compressed.size(); size += 3) {
    const std::string message = refusal(directory.write("cut.gz", compressed.substr(0, size)));
    ASSERT_NE(message.find("ends in the middle"), std::string::npos) << size << ": " << message;
  }
}

TEST(FileReaderTest, GzipThatIsBrokenOrFollowedBySomethingIsAnError) {
  const TemporaryDirectory directory;
  const std::string compressed = gzipped(framed(generated(small_day)));
  EXPECT_NE(refusal(directory.write("tail.gz", compressed + "tail")).find("something else follows"),
            std::string::npos);
  std::string wrong_checksum = compressed;
  wrong_checksum[compressed.size() - 6] ^= 1;
  EXPECT_NE(refusal(directory.write("sum.gz", wrong_checksum)).find("incorrect data check"),
            std::string::npos);
  EXPECT_NE(refusal(directory.write("magic.gz", "\x1f\x8b rubbish")).find("gzip data at byte"),
            std::string::npos);
  // Each byte of the front half changed: never a crash, and what is read is read to an end.
  for (std::size_t i = 2; i < compressed.size() / 2; i += 37) {
    std::string changed = compressed;
    changed[i] ^= 0x55;
    EXPECT_NE(refusal(directory.write("changed.gz", changed)), "") << i;
  }
}

TEST(FileReaderTest, GarbageNamesTheByteAndTheType) {
  const TemporaryDirectory directory;
  const std::string first = from_hex("000C 53 0000 0000 0A37D4D0D309 4F");
  const auto refused_after_first = [&](const std::string& hex) {
    return refusal(directory.write("garbage", first + from_hex(hex)));
  };
  EXPECT_EQ(refused_after_first(""), "");
  EXPECT_NE(refused_after_first("0003 7A7A7A").find("at byte 14 of type 'z': unknown type"),
            std::string::npos);
  EXPECT_NE(refused_after_first("0013 53 0000")
                .find("at byte 14: a message of type 'S' has 12 bytes, but its "
                      "length says 19"),
            std::string::npos);
  EXPECT_NE(refused_after_first("FFFF 41").find("length says 65535"), std::string::npos);
  EXPECT_NE(
      refused_after_first("000C 53 0000 0000 0A37D4D0D309 5A").find("at byte 14 of type 'S': unknown event"),
      std::string::npos);
  EXPECT_NE(refused_after_first("00").find("within the length"), std::string::npos);
  EXPECT_NE(refused_after_first("000C").find("after the length"), std::string::npos);
  EXPECT_NE(refused_after_first("000C 53 00").find("2 of 12 bytes"), std::string::npos);
  EXPECT_NE(refusal(directory.write("text", "not an ITCH file at all\n")), "");
}

TEST(FileReaderTest, ALengthOfZeroEndsTheSessionAndNothingElse) {
  const TemporaryDirectory directory;
  const std::string first = from_hex("000C 53 0000 0000 0A37D4D0D309 4F");
  const std::string zero = from_hex("0000");
  const Result<std::vector<Message>> ended = read_all(directory.write("ended", first + zero));
  ASSERT_TRUE(ended) << ended.error().message;
  EXPECT_EQ(ended->size(), 1u);
  EXPECT_NE(
      refusal(directory.write("middle", first + zero + first)).find("at byte 14: a message of length zero"),
      std::string::npos);
  EXPECT_NE(refusal(directory.write("only", zero)).find("at byte 0: a message of length zero"),
            std::string::npos);
}

TEST(FileReaderTest, MessagesMayLieAcrossTheReadersBuffer) {
  // More than the buffer of 256 KiB, of messages of many lengths.
  const TemporaryDirectory directory;
  const std::vector<Message> messages = generated({.symbols = 5, .messages = 30'000, .seed = 5});
  const std::string bytes = framed(messages);
  ASSERT_GT(bytes.size(), 3u * 256 * 1024);
  const Result<std::vector<Message>> read = read_all(directory.write("large", bytes));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_TRUE(*read == messages);
}

TEST(WriterTest, AnOutputThatTakesNoMoreIsAnError) {
  class Full : public std::streambuf {
  } full;
  std::ostream stream(&full);
  Writer writer(stream);
  const Status status = writer.write(OrderDelete{});
  ASSERT_FALSE(status);
  EXPECT_EQ(writer.bytes_written(), 0u);
}

TEST(WriterTest, AMessageThatDoesNotFitIsNotWritten) {
  std::ostringstream stream;
  Writer writer(stream);
  EXPECT_FALSE(writer.write(OrderCancel{{}, 1, Quantity{-1}}));
  EXPECT_TRUE(stream.str().empty());
}

}  // namespace

}  // namespace trade::itch::test
