#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fmt/format.h>

#include "files/data.hpp"
#include "wavetrain/error.hpp"
#include "wavetrain/files/hdf5.hpp"

namespace wavetrain::files::hdf5 {
namespace {

using ::testing::HasSubstr;

Group sample() {
  Group root;
  root.attributes["name"] = "größer";
  root.attributes["names"] = std::vector<std::string>{"a", "", "ccc"};
  root.put("layers/dense/vars/0", Array({{1.0f, 2.0f, 3.0f}, {4.0f, 5.0f, 6.0f}}));
  root.put("layers/dense/vars/1", Array{7.0f}).attributes["unit"] = "m";
  root.put("optimizer/vars/0", Data::scalar(std::int64_t{12}));
  root.put("empty", Array(Shape{0, 4}));
  root.make_group("vars");
  return root;
}

TEST(Hdf5WriterTest, RoundTrip) {
  const Group tree = sample();
  const Bytes file = serialize(tree);
  EXPECT_EQ(parse(file), tree);
  EXPECT_EQ(serialize(parse(file)), file);
  EXPECT_EQ(parse(serialize(Group{})), Group{});
}

TEST(Hdf5WriterTest, StoredFilesSurviveACopy) {
  for (const char* name : {"chunked_earliest.h5", "chunked_latest.h5", "many_earliest.h5", "many_latest.h5",
                           "keras2.h5", "keras2_weights_only.h5", "keras3.h5", "tracked.h5"}) {
    const Group tree = parse(testing::data_file(name));
    EXPECT_EQ(parse(serialize(tree)), tree) << name;
  }
}

TEST(Hdf5WriterTest, ManyMembersMakeTreesOfSeveralLevels) {
  // Around one leaf, one tree node, and two levels (8, 8 * 32 and 8 * 32 * 32 members).
  for (const int count : {1, 7, 8, 9, 255, 256, 257, 8192, 8193}) {
    Group root;
    for (int i = 0; i < count; ++i) root.put(std::to_string(i), Data::scalar(static_cast<float>(i)));
    const Group back = parse(serialize(root));
    EXPECT_EQ(back.datasets.size(), static_cast<std::size_t>(count));
    EXPECT_EQ(back, root);
  }
}

TEST(Hdf5WriterTest, ManyTexts) {
  Group root;
  for (int i = 0; i < 300; ++i) {
    root.make_group(fmt::format("g{}", i)).attributes["text"] =
        fmt::format("{}{}", i, std::string(static_cast<std::size_t>(i) * 7, 'x'));
  }
  root.attributes["long"] = std::string(200'000, 'y');
  EXPECT_EQ(parse(serialize(root)), root);
}

TEST(Hdf5WriterTest, SplitAttributes) {
  for (const int count : {0, 1, 100, 5000, 20000}) {
    std::vector<std::string> names;
    for (int i = 0; i < count; ++i) names.push_back(fmt::format("layer_{}", i));
    Group root;
    set_split_attribute(root.attributes, "layer_names", names);
    std::vector<std::string> back = {"not touched"};
    ASSERT_TRUE(get_split_attribute(parse(serialize(root)).attributes, "layer_names", back));
    EXPECT_EQ(back, names);
  }
  Attributes attributes;
  EXPECT_THROW(set_split_attribute(attributes, "x", {std::string(64513, 'x')}), ValueError);
}

TEST(Hdf5WriterTest, StridedValuesAreWrittenInOrder) {
  const Array values({{1.0f, 2.0f}, {3.0f, 4.0f}});
  Group root;
  root.put("t", Data(ConstView(values.data(), Shape{2, 2}, Shape{1, 2})));
  EXPECT_EQ(parse(serialize(root)).dataset("t").to_float32(), Array({{1.0f, 3.0f}, {2.0f, 4.0f}}));
}

TEST(Hdf5WriterTest, RefusesWhatTheFormatCannotHold) {
  const auto message_of = [](const std::function<void(Group&)>& change) -> std::string {
    Group root;
    try {
      change(root);
      serialize(root);
    } catch (const ValueError& error) {
      return error.what();
    }
    return "nothing was thrown";
  };
  EXPECT_THAT(message_of([](Group& g) { g.attributes["x"] = Array(Shape{20000}); }), HasSubstr("at most 65528 bytes"));
  EXPECT_THAT(message_of([](Group& g) { g.attributes["x"] = std::string("a\0b", 3); }), HasSubstr("zero byte"));
  EXPECT_THAT(message_of([](Group& g) { g.put("x", Data("text")); }), HasSubstr("fixed length"));
  EXPECT_THAT(message_of([](Group& g) { g.datasets["a/b"] = Data::scalar(1.0f); }), HasSubstr("'a/b' cannot name"));
  EXPECT_THAT(message_of([](Group& g) { g.groups["a"], g.datasets["a"] = Data::scalar(1.0f); }), HasSubstr("both"));
  EXPECT_THAT(message_of([](Group& g) { g.put("x", Array{1.0f}).shape = Shape{2}; }),
              HasSubstr("needs 8 bytes. Received: 4"));
  EXPECT_THAT(message_of([](Group& g) { g.put("x", Data{}).dtype = DType::other; }), HasSubstr("cannot be written"));
  EXPECT_THAT(message_of([](Group& g) { g.put("a", Array{1.0f}), g.make_group("a/b"); }), HasSubstr("is a dataset"));
  EXPECT_THAT(message_of([](Group& g) { g.make_group("a"), g.put("a", Array{1.0f}); }), HasSubstr("is a group"));
  EXPECT_THAT(message_of([](Group& g) { g.put("a/", Array{1.0f}); }), HasSubstr("does not name"));
}

}  // namespace
}  // namespace wavetrain::files::hdf5
