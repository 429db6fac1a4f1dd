#include "wavetrain/files/npy.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "files/damage.hpp"
#include "files/data.hpp"
#include "wavetrain/error.hpp"

namespace wavetrain::files {
namespace {

using testing::data_file;
using testing::data_path;
using ::testing::HasSubstr;

// Version 1.0 with this dict and content.
Bytes npy(std::string_view dict, std::size_t content) {
  std::string text("\x93NUMPY\1\0", 8);
  text += static_cast<char>(dict.size());
  text += '\0';
  text += dict;
  text.append(content, '\0');
  const ByteSpan bytes = as_bytes(text);
  return Bytes(bytes.begin(), bytes.end());
}

std::string message_of(const Bytes& file) {
  try {
    parse_npy(file);
  } catch (const FileError& error) {
    return error.what();
  }
  return "nothing was thrown";
}

TEST(NpyTest, FilesOfNumPy) {
  const Array halves({{0.0f, 0.5f, 1.0f}, {1.5f, 2.0f, 2.5f}});
  const Array integers({{0.0f, 1.0f, 2.0f}, {3.0f, 4.0f, 5.0f}});
  EXPECT_EQ(read_npy(data_path("little.npy")).to_array(), halves);
  EXPECT_EQ(read_npy(data_path("big.npy")).to_array(), halves);
  EXPECT_EQ(read_npy(data_path("big.npy")).type, ElementType::float64);
  EXPECT_EQ(read_npy(data_path("fortran.npy")).to_array(), integers);
  EXPECT_EQ(read_npy(data_path("fortran.npy")).type, ElementType::int16);
  EXPECT_EQ(read_npy(data_path("half.npy")).to_array(), (Array{0.0f, 0.5f, 1.0f, 1.5f}));
  EXPECT_EQ(read_npy(data_path("scalar.npy")).to_array()[0], 1.25f);
  EXPECT_EQ(read_npy(data_path("scalar.npy")).shape, Shape{});
  EXPECT_EQ(read_npy(data_path("bool.npy")).to_array(), (Array{1.0f, 0.0f}));
  EXPECT_EQ(read_npy(data_path("version2.npy")).to_array(), (Array{0.0f, 1.0f, 2.0f}));
}

TEST(NpyTest, WrittenAsNumPyWrites) {
  EXPECT_EQ(serialize_npy(Array({{0.0f, 0.5f, 1.0f}, {1.5f, 2.0f, 2.5f}})), data_file("little.npy"));
  EXPECT_EQ(serialize_npy(read_npy(data_path("scalar.npy")).view()), data_file("scalar.npy"));
  EXPECT_EQ(serialize_npy(read_npy(data_path("bool.npy")).view()), data_file("bool.npy"));
}

TEST(NpyTest, FortranOrderIsWrittenInRows) {
  const TypedArray fortran = read_npy(data_path("fortran.npy"));
  const TypedArray back = parse_npy(serialize_npy(fortran.view()));
  EXPECT_EQ(back.to_array(), fortran.to_array());
  EXPECT_EQ(back.byte_strides, (Shape{6, 2}));
}

TEST(NpyTest, Archives) {
  for (const char* name : {"stored.npz", "deflated.npz"}) {
    const NamedArrays arrays = read_npz(data_path(name));
    ASSERT_EQ(arrays.size(), 2u);
    EXPECT_EQ(arrays[0].first, "x");
    EXPECT_EQ(arrays[0].second.to_array().view()(1, 0), name[0] == 's' ? 1.0f : 10.0f);
    EXPECT_EQ(arrays[1].second.type, ElementType::int64);
  }
  const Array x{1.0f, 2.0f};
  const NamedArrays back = parse_npz(serialize_npz({{"a", x}, {"b", std::vector<std::int8_t>{3}}}));
  EXPECT_EQ(back[0].second.to_array(), x);
  EXPECT_EQ(back[1].second.type, ElementType::int8);
}

TEST(NpyTest, MappedFiles) {
  for (const char* name : {"little.npy", "big.npy", "fortran.npy", "half.npy", "scalar.npy", "bool.npy"}) {
    MappedNpy file(data_path(name));
    EXPECT_EQ(file.view().to_array(), read_npy(data_path(name)).to_array()) << name;
    const MappedNpy moved = std::move(file);
    EXPECT_EQ(moved.view().to_array(), read_npy(data_path(name)).to_array()) << name;
  }
  EXPECT_TRUE(MappedNpy(data_path("little.npy")).mapped());
  EXPECT_FALSE(MappedNpy(data_path("half.npy")).mapped());
  EXPECT_THROW(MappedNpy(data_path("missing.npy")), FileError);
  EXPECT_THROW(MappedNpy(data_path("stored.npz")), FileError);
  EXPECT_THROW(MappedNpy(data_path("")), FileError);
}

TEST(NpyTest, HeadersMayBeWrittenOtherwise) {
  EXPECT_EQ(parse_npy(npy(R"( {"shape" :(2L ,),"descr":'>i4', "fortran_order":True } )", 8)).shape, Shape{2});
  EXPECT_EQ(parse_npy(npy("{'descr': '|u1', 'fortran_order': False, 'shape': ()}", 1)).shape, Shape{});
  EXPECT_EQ(parse_npy(npy("{'descr': '<f8', 'fortran_order': False, 'shape': (0, 7), }", 0)).shape, (Shape{0, 7}));
}

TEST(NpyTest, RefusesByName) {
  EXPECT_THAT(message_of(npy("{'descr': '<c8', 'fortran_order': False, 'shape': (1,)}", 8)),
              HasSubstr("type 'c8' is not supported"));
  EXPECT_THAT(message_of(npy("{'descr': '|O', 'fortran_order': False, 'shape': (1,)}", 8)), HasSubstr("type 'O'"));
  EXPECT_THAT(message_of(npy("{'descr': [('x', '<f4')], 'fortran_order': False, 'shape': (1,)}", 8)),
              HasSubstr("record"));
  EXPECT_THAT(message_of(npy("{'descr': '<f4', 'fortran_order': False, 'shape': (3,)}", 11)),
              HasSubstr("needs 12 bytes, the file has 11"));
  EXPECT_THAT(message_of(npy("{'descr': '<f4', 'fortran_order': False, 'shape': (4294967296, 4294967296)}", 8)),
              HasSubstr("too large"));
  EXPECT_THAT(message_of(npy("{'descr': '<f4', 'fortran_order': False, 'shape': (0, 9223372036854775807, 3)}", 8)),
              HasSubstr("too large"));
  EXPECT_THAT(message_of(npy("{'descr': '<f4', 'fortran_order': False, 'shape': (-1,)}", 8)),
              HasSubstr("should have a size"));
  EXPECT_THAT(message_of(npy("{'descr': '<f4', 'fortran_order': False}", 8)),
              HasSubstr("needs 'descr', 'fortran_order' and 'shape'"));
  EXPECT_THAT(message_of(npy("{'descr': '<f4', 'x': 1}", 8)), HasSubstr("unknown key 'x'"));
  EXPECT_THAT(message_of(npy("{'descr': '<f4', 'fortran_order': 0, 'shape': ()}", 8)), HasSubstr("True or False"));
  EXPECT_THAT(message_of(npy("{'descr': '<f2', 'descr': '|b1', 'fortran_order': False, 'shape': ()}", 8)),
              HasSubstr("'descr' twice"));
  EXPECT_THAT(message_of(Bytes(20)), HasSubstr("magic"));
}

TEST(NpyTest, DamageIsSurvived) {
  for (const char* name : {"little.npy", "half.npy", "bool.npy", "fortran.npy"}) {
    const auto counts =
        testing::with_damage(data_file(name), 1, 3000, [](ByteSpan bytes) { parse_npy(bytes).to_array(); });
    EXPECT_GT(counts.refused, 500);
    EXPECT_GT(counts.read, 5);
  }
}

}  // namespace
}  // namespace wavetrain::files
