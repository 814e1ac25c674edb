using SpotArtifacts.Engine;
using SpotArtifacts.Spotting;
using TorchSharp;
using static TorchSharp.torch;

namespace SpotArtifacts.Tests.Spotting;

public sealed class QuarterTurnsTests : IDisposable
{
    // 1 2 / 3 4 as it is, and turned counter-clockwise once, twice, three times.
    private static readonly float[][] s_turned = [[1, 2, 3, 4], [2, 4, 1, 3], [4, 3, 2, 1], [3, 1, 4, 2]];
    private readonly DisposeScope _scope = NewDisposeScope();

    [Fact]
    public void All_TwoImages_ShowsEachInFourWays()
    {
        Tensor images = TensorData.From<float>([1, 2, 3, 4, 5, 6, 7, 8], 2, 1, 2, 2);

        Tensor turned = QuarterTurns.All(images);

        Assert.Equal([8, 1, 2, 2], turned.shape);
        for (int turns = 0; turns < 4; turns++)
        {
            Assert.Equal(s_turned[turns], turned.narrow(0, 2 * turns, 1).ToArray<float>());
            Assert.Equal(s_turned[turns].Select(v => v + 4), turned.narrow(0, 2 * turns + 1, 1).ToArray<float>());
        }
        Assert.Equal([0L, 0, 1, 1, 2, 2, 3, 3], QuarterTurns.AnswersToAll(2, CPU).ToArray<long>());
    }

    [Theory]
    [InlineData(4, 0, new long[] { 0, 1, 2, 3 })]
    [InlineData(6, 0, new long[] { 0, 1, 2, 3, 0, 1 })]
    [InlineData(3, 0, new long[] { 0, 1, 2 })]
    [InlineData(6, 6, new long[] { 2, 3, 0, 1, 2, 3 })]
    [InlineData(2, 7, new long[] { 3, 0 })]
    public void ByPlace_Batch_TurnsEachByItsPlaceInTheGlobalBatch(int batch, long first, long[] turns)
    {
        Tensor images = TensorData.From<float>([.. Enumerable.Range(0, batch).SelectMany(_ => s_turned[0])], batch, 1, 2, 2);

        Tensor turned = QuarterTurns.ByPlace(images, first);

        Assert.Equal(turns, QuarterTurns.AnswersByPlace(batch, CPU, first).ToArray<long>());
        Assert.Equal(turns.SelectMany(turn => s_turned[turn]), turned.ToArray<float>());
    }

    public void Dispose() => _scope.Dispose();
}
