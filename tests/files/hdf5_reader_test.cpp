#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "files/data.hpp"
#include "wavetrain/error.hpp"
#include "wavetrain/files/hdf5.hpp"

namespace wavetrain::files::hdf5 {
namespace {

using testing::data_file;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

// As make_fixtures.py: 0, 0.5, 1 … or 0, 1, 2 …
Array ramp(const Shape& shape, double step = 0.5) {
  Array result(shape);
  for (Index i = 0; i < result.size(); ++i) result[i] = static_cast<float>(static_cast<double>(i) * step);
  return result;
}

std::string message_of(const Bytes& file, const Limits& limits = {}) {
  try {
    parse(file, limits);
  } catch (const FileError& error) {
    return error.what();
  }
  return "nothing was thrown";
}

class BothVersions : public ::testing::TestWithParam<const char*> {
 protected:
  Group load(const std::string& name) const { return parse(data_file(name + "_" + GetParam() + ".h5")); }
};
INSTANTIATE_TEST_SUITE_P(Hdf5ReaderTest, BothVersions, ::testing::Values("earliest", "latest"),
                         [](const auto& version) { return std::string(version.param); });

TEST_P(BothVersions, EveryNumberType) {
  const Group root = load("types");
  const Group& types = root.group("types");
  for (const char* order : {"little", "big"}) {
    for (const auto& [code, dataset] : types.group(order).datasets) {
      EXPECT_EQ(dataset.to_float32(), ramp({2, 3}, code[0] == 'f' ? 0.5 : 1.0)) << order << code;
    }
  }
  EXPECT_EQ(types.dataset("little/f2").dtype, DType::float16);
  EXPECT_EQ(types.dataset("big/f8").dtype, DType::float64);
  EXPECT_EQ(types.dataset("little/u8").dtype, DType::uint64);
  EXPECT_EQ(types.dataset("big/i2").to_int64()(1, 2), 5);
  EXPECT_EQ(types.dataset("bool").dtype, DType::boolean);
  EXPECT_EQ(types.dataset("bool").to_float32(), (Array{1.0f, 0.0f, 1.0f}));
  EXPECT_EQ(types.dataset("bfloat16").dtype, DType::bfloat16);
  EXPECT_EQ(types.dataset("bfloat16").to_float32(), ramp({5}));
}

TEST_P(BothVersions, ShapesAndTexts) {
  const Group root = load("types");
  EXPECT_EQ(root.dataset("scalar").shape, Shape{});
  EXPECT_EQ(root.dataset("scalar").to_float32()[0], 2.5f);
  EXPECT_EQ(root.dataset("empty").shape, (Shape{0, 3}));
  EXPECT_EQ(root.dataset("null").shape, Shape{0});
  EXPECT_EQ(root.dataset("filled").to_double(), BasicArray<double>(Shape{2, 2}, 7.0));
  EXPECT_EQ(root.dataset("filled").attributes.at("unit").text(), "m");
  EXPECT_THAT(root.dataset("strings/fixed").to_strings(), ElementsAre("one", "three", ""));
  EXPECT_THAT(root.dataset("strings/vlen").to_strings(), ElementsAre("eins", "zwölf", ""));
  EXPECT_EQ(root.attributes.at("text").text(), "grüße");
  EXPECT_EQ(root.attributes.at("fixed").text(), "bytes");
  EXPECT_THAT(root.attributes.at("list").to_strings(), ElementsAre("a", "bb", "ccc"));
  EXPECT_EQ(root.attributes.at("number").to_int64()[0], 3);
  EXPECT_EQ(root.attributes.at("none").shape, Shape{0});
  EXPECT_NE(root.find_group("a/b/c/d"), nullptr);
  EXPECT_EQ(root.find_group("a/b/x"), nullptr);
  EXPECT_EQ(root.find_dataset("a/b"), nullptr);
}

TEST_P(BothVersions, UnusualTypesAreNamedWhenUsed) {
  const Group root = load("types");
  EXPECT_EQ(root.attributes.at("complex").dtype, DType::other);
  try {
    root.attributes.at("complex").to_float32();
    FAIL();
  } catch (const FileError& error) {
    EXPECT_THAT(error.what(), HasSubstr("compound"));
  }
  EXPECT_THROW(root.dataset("scalar").text(), FileError);
  EXPECT_THROW(root.dataset("scalar").to_int64(), FileError);
  EXPECT_THROW(root.attributes.at("text").to_double(), FileError);
  EXPECT_THROW(root.attributes.at("list").text(), FileError);
}

TEST_P(BothVersions, EveryKindOfChunking) {
  const Group root = load("chunked");
  for (const auto& [name, dataset] : root.datasets) {
    if (name == "unwritten") {
      EXPECT_EQ(dataset.to_float32(), Array(Shape{13, 9}, 3.0f));
    } else if (name == "partly") {
      EXPECT_EQ(dataset.to_float32()(3, 5), 16.0f);
      EXPECT_EQ(dataset.to_float32()(3, 4), -1.0f);
      EXPECT_EQ(dataset.to_float32()(4, 5), -1.0f);
    } else if (name == "compact") {
      EXPECT_EQ(dataset.to_float32(), ramp({3, 2}));
    } else {
      EXPECT_EQ(dataset.to_float32(), ramp({13, 9})) << name;
    }
  }
  EXPECT_EQ(root.datasets.size(), GetParam() == std::string("latest") ? 15u : 6u);
}

TEST_P(BothVersions, ManyMembersAndAttributes) {
  const Group root = load("many");
  EXPECT_EQ(root.groups.size(), 18u);
  const Attributes& attributes = root.group("group_3").attributes;
  EXPECT_EQ(attributes.size(), 20u);
  EXPECT_EQ(attributes.at("attribute_17").text(), "value 17");
}

TEST(Hdf5ReaderTest, UserBlocksAndOrderOfCreation) {
  EXPECT_EQ(parse(data_file("userblock.h5")).dataset("x").to_float32(), ramp({3}));
  EXPECT_EQ(parse(data_file("tracked.h5")).group("zebra").attributes.at("name").text(), "zebra");
}

TEST(Hdf5ReaderTest, HugeHeapObjects) {
  const Group root = parse(data_file("huge_attribute.h5"));
  EXPECT_EQ(root.attributes.size(), 10u);
  EXPECT_EQ(root.attributes.at("big").to_int64()[599], 599);
}

TEST(Hdf5ReaderTest, RefusesByName) {
  const std::pair<const char*, const char*> cases[] = {
      {"soft", "soft link 'link'"},
      {"external", "external link 'link'"},
      {"hard", "hard link"},
      {"lzf", "filter lzf"},
      {"external_data", "'/link': The dataset's values lie in another file"},
      {"named_type", "committed datatype"},
      {"virtual", "virtual dataset"}};
  for (const auto& [name, expected] : cases) {
    EXPECT_THAT(message_of(data_file(std::string("refused_") + name + ".h5")), HasSubstr(expected));
  }
}

TEST(Hdf5ReaderTest, SaysWhatIsNotAnHdf5File) {
  EXPECT_THAT(message_of({}), HasSubstr("no HDF5 signature"));
  EXPECT_THAT(message_of(Bytes(5000, std::byte{'x'})), HasSubstr("no HDF5 signature"));
  Bytes cut = data_file("types_earliest.h5");
  cut.resize(cut.size() / 2);
  EXPECT_THAT(message_of(cut), HasSubstr("truncated"));
}

TEST(Hdf5ReaderTest, ChecksumsAreCompared) {
  Bytes file = data_file("many_latest.h5");
  const std::size_t at = as_text(file).find("group_7");
  ASSERT_NE(at, std::string_view::npos);
  file[at] = std::byte{'G'};
  EXPECT_THAT(message_of(file), HasSubstr("checksum"));
}

TEST(Hdf5ReaderTest, DamagedChunksAreNoticed) {
  Bytes file = data_file("chunked_earliest.h5");
  // The last deflated chunk in the file belongs to some filtered dataset; any change inside it must be noticed.
  const std::size_t at = as_text(file).rfind("\x78\x5E");
  ASSERT_NE(at, std::string_view::npos);
  file[at + 8] ^= std::byte{0x10};
  EXPECT_THAT(message_of(file), HasSubstr("Chunk"));
}

TEST(Hdf5ReaderTest, LimitsHold) {
  const Bytes types = data_file("types_latest.h5");
  EXPECT_THAT(message_of(types, {.depth = 3}), HasSubstr("nested more than 3 deep"));
  EXPECT_THAT(message_of(data_file("chunked_earliest.h5"), {.expansion = 0}),
              ::testing::AnyOf(HasSubstr("memory"), HasSubstr("nothing")));
  Group group;
  Group* deepest = &group;
  for (int i = 0; i < 70; ++i) deepest = &deepest->groups["x"];
  EXPECT_THAT(message_of(serialize(group)), HasSubstr("nested more than 64 deep"));
}

// What the Keras files themselves hold is the business of the model reader's tests; here they only must be readable.
TEST(Hdf5ReaderTest, KerasFiles) {
  const Group legacy = parse(data_file("keras2.h5"));
  std::vector<std::string> names;
  ASSERT_TRUE(get_split_attribute(legacy.group("model_weights").attributes, "layer_names", names));
  EXPECT_THAT(names, ElementsAre("conv1d", "batch_normalization", "lstm", "dense"));
  EXPECT_EQ(legacy.dataset("model_weights/conv1d/conv1d/kernel:0").shape, (Shape{3, 2, 3}));
  EXPECT_THAT(legacy.attributes.at("model_config").text(), HasSubstr("batch_input_shape"));
  EXPECT_FALSE(get_split_attribute(legacy.attributes, "weight_names", names));

  const Group weights = parse(data_file("keras2_weights_only.h5"));
  EXPECT_EQ(weights.dataset("dense/dense/bias:0").shape, Shape{1});
  ASSERT_TRUE(get_split_attribute(weights.group("top_level_model_weights").attributes, "weight_names", names));
  EXPECT_TRUE(names.empty());
  EXPECT_EQ(parse(data_file("keras3.h5")).dataset("model_weights/dense/sequential/dense/kernel").shape, (Shape{2, 1}));
}

}  // namespace
}  // namespace wavetrain::files::hdf5
