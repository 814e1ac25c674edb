namespace SpotArtifacts.Images.Tests;

public sealed class OutputNameTests
{
    [Theory]
    [InlineData("a/b/photo.jpg", "photo")]
    [InlineData("shard.tar:n01/img 7.png", "img_7")]
    [InlineData("test_batch.bin:12", "12")]
    [InlineData("/.jpg", ".jpg")]
    [InlineData("a/", "image")]
    [InlineData("d/Ünï*?.webp", "Ünï__")]
    public void Of_Name_IsTheLastPartMadeSafe(string name, string expected) => Assert.Equal(expected, OutputName.Of(name));
}
