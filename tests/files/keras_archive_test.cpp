#include "wavetrain/files/keras_archive.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fmt/format.h>

#include "files/damage.hpp"
#include "files/data.hpp"
#include "wavetrain/error.hpp"
#include "wavetrain/files/json.hpp"
#include "wavetrain/files/zip.hpp"

namespace wavetrain::files {
namespace {

using testing::data_path;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string message_of(const Bytes& file) {
  try {
    parse_keras_archive(file, "'m.keras'");
  } catch (const FileError& error) {
    return error.what();
  }
  return "nothing was thrown";
}

KerasArchive sample() {
  KerasArchive archive;
  archive.metadata = Config::dict({{"keras_version", "3.0.0"}, {"date_saved", "2024-01-01@00:00:00"}});
  archive.config = Config::dict({{"class_name", "Sequential"}, {"rate", 1e-7}, {"steps", 3}});
  archive.weights.put("layers/dense/vars/0", Array({{1.0f, 2.0f}}));
  archive.weights.make_group("vars").attributes["name"] = "sequential";
  archive.extra["wavetrain.json"] = Bytes(3, std::byte{' '});
  return archive;
}

TEST(KerasArchiveTest, FilesOfKeras) {
  const KerasArchive three = read_keras_archive(data_path("keras3.keras"));
  EXPECT_THAT(three.metadata.at("keras_version").as_string(), ::testing::StartsWith("3."));
  EXPECT_EQ(three.config.at("class_name"), Config("Sequential"));
  EXPECT_EQ(three.weights.dataset("layers/conv1d/vars/0").shape, (Shape{3, 2, 3}));
  EXPECT_EQ(three.weights.group("layers/lstm/cell/vars").attributes.at("name").text(), "lstm_cell");
  EXPECT_TRUE(three.extra.empty());
  const KerasArchive two = read_keras_archive(data_path("keras2.keras"));
  EXPECT_EQ(two.weights.dataset("layers/lstm/cell/vars/1").shape, (Shape{2, 8}));
}

TEST(KerasArchiveTest, RoundTrip) {
  const KerasArchive archive = sample();
  const Bytes bytes = serialize_keras_archive(archive);
  EXPECT_THAT(ZipReader(bytes).names(),
              ElementsAre("metadata.json", "config.json", "model.weights.h5", "wavetrain.json"));
  const KerasArchive back = parse_keras_archive(bytes);
  EXPECT_EQ(back.metadata, archive.metadata);
  EXPECT_EQ(back.config, archive.config);
  EXPECT_EQ(back.weights, archive.weights);
  EXPECT_EQ(back.extra, archive.extra);
  EXPECT_EQ(serialize_keras_archive(back), bytes);
}

TEST(KerasArchiveTest, FilesAndDirectories) {
  const testing::TemporaryDirectory directory;
  write_keras_archive(directory / "m.keras", sample());
  EXPECT_EQ(read_keras_archive(directory / "m.keras").weights, sample().weights);

  const Bytes bytes = read_file(directory / "m.keras");
  const ZipReader zip(bytes);
  std::filesystem::create_directories(directory / "m" / "assets");
  for (const std::string& name : zip.names()) write_file_atomically(directory / "m" / name, zip.read(name));
  write_file_atomically(directory / "m" / "assets" / "words.txt", std::string_view("a b"));
  const KerasArchive back = read_keras_archive(directory / "m");
  EXPECT_EQ(back.config, sample().config);
  EXPECT_EQ(as_text(back.extra.at("assets/words.txt")), "a b");
}

TEST(KerasArchiveTest, ErrorsNameArchiveAndMember) {
  const Bytes weights = hdf5::serialize({});
  const auto archive = [&](std::string_view config, bool with_weights, const char* weights_name = "model.weights.h5") {
    ZipWriter zip;
    zip.add("config.json", config);
    if (with_weights) zip.add(weights_name, weights);
    return zip.finish();
  };
  EXPECT_EQ(message_of(archive("{}", true)), "nothing was thrown");  // metadata.json may be missing
  EXPECT_THAT(message_of(archive("{", true)), HasSubstr("'m.keras', member 'config.json': JSON, line 1"));
  EXPECT_THAT(message_of(archive("{}", false)),
              HasSubstr("'m.keras': not a Keras model, it has no member 'model.weights.h5'"));
  EXPECT_THAT(message_of(archive("{}", true, "model.weights.npz")), HasSubstr("'model.weights.npz' are not supported"));
  EXPECT_THAT(message_of(weights), HasSubstr("but an HDF5 file"));
  EXPECT_THAT(message_of(Bytes(10)), HasSubstr("not a zip archive"));
}

TEST(KerasArchiveTest, DamageIsSurvived) {
  const auto counts = testing::with_damage(testing::data_file("keras3.keras"), 7, 1000,
                                           [](ByteSpan bytes) { parse_keras_archive(bytes); });
  EXPECT_GT(counts.refused, 500);
}

}  // namespace
}  // namespace wavetrain::files
