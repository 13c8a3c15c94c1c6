// A file's bytes by mapping it.
#include "store/file_mapping.hpp"

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "support/temporary_directory.hpp"

namespace trade::store {
namespace {

std::string text_of(const FileMapping& mapping) {
  return {reinterpret_cast<const char*>(mapping.bytes().data()), mapping.bytes().size()};
}

TEST(FileMapping, HasAllBytesOfAFile) {
  const test::TemporaryDirectory directory;
  for (const std::size_t size : {0U, 1U, 4'095U, 4'096U, 4'097U, 3'000'000U}) {
    std::string text;
    for (std::size_t i = 0; i < size; ++i)
      text += static_cast<char>(i * 31 + i / 4'096);
    std::ofstream(directory / "file", std::ios::binary) << text;
    auto mapping = FileMapping::open(directory / "file");
    ASSERT_TRUE(mapping) << mapping.error().message;
    EXPECT_TRUE(text_of(*mapping) == text) << size;
    // It goes along, and stays when another file takes its name.
    FileMapping moved = std::move(*mapping);
    std::ofstream(directory / "other", std::ios::binary) << "another";
    std::filesystem::rename(directory / "other", directory / "file");
    EXPECT_TRUE(text_of(moved) == text) << size;
    *mapping = std::move(moved);
    EXPECT_TRUE(text_of(*mapping) == text) << size;
  }
}

TEST(FileMapping, WhatIsNoFileIsAnErrorThatNamesIt) {
  const test::TemporaryDirectory directory;
  for (const auto& path : {directory / "none", directory.path()}) {
    const auto mapping = FileMapping::open(path);
    ASSERT_FALSE(mapping);
    EXPECT_NE(mapping.error().message.find(path.string()), std::string::npos) << mapping.error().message;
  }
}

}  // namespace
}  // namespace trade::store
