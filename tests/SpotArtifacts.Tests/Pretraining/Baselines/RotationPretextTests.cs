using SpotArtifacts.Engine;
using SpotArtifacts.Pretraining.Baselines;
using TorchSharp;
using static TorchSharp.torch;

namespace SpotArtifacts.Tests.Pretraining.Baselines;

public sealed class RotationPretextTests
{
    [Fact]
    public void Ask_OneImage_ShowsAllFourTurnsWithTheirAnswers()
    {
        using DisposeScope scope = NewDisposeScope();
        // One channel tells it all: 1 2 / 3 4.
        Tensor image = TensorData.From<float>([1, 2, 3, 4, 0, 0, 0, 0, 0, 0, 0, 0], 1, 3, 2, 2);

        (Tensor asked, long[] answers) = new RotationPretext().Ask(image, [0]);

        Assert.Equal([0L, 1, 2, 3], answers);
        Assert.Equal([4, 3, 2, 2], asked.shape);
        float[][] expected = [[1, 2, 3, 4], [2, 4, 1, 3], [4, 3, 2, 1], [3, 1, 4, 2]];
        for (int turn = 0; turn < 4; turn++)
            Assert.Equal(expected[turn], asked.narrow(0, turn, 1).narrow(1, 0, 1).ToArray<float>());
    }

    [Fact]
    public void Ask_SeveralImages_KeepsThemApart()
    {
        using DisposeScope scope = NewDisposeScope();
        float[] values = [.. Enumerable.Range(0, 2 * 3 * 3 * 3).Select(i => (float)i)];

        (Tensor asked, long[] answers) = new RotationPretext().Ask(TensorData.From<float>(values, 2, 3, 3, 3), [7, 8]);

        Assert.Equal([0L, 0, 1, 1, 2, 2, 3, 3], answers);
        Assert.Equal(values, asked.narrow(0, 0, 2).ToArray<float>());
        // Half a turn reverses the pixels of every channel.
        float[] reversed = [.. values.Chunk(9).SelectMany(channel => channel.Reverse())];
        Assert.Equal(reversed, asked.narrow(0, 4, 2).ToArray<float>());
    }
}
