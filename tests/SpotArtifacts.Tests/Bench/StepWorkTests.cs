using SpotArtifacts.Bench;
using SpotArtifacts.Networks;

namespace SpotArtifacts.Tests.Bench;

public sealed class StepWorkTests
{
    // Image 4, stem 1, one width 1, widths 2 of the discriminator, head 1, stride 1: small enough to be counted by hand.
    private static readonly NetworkOptions s_small = new()
    {
        ImageSize = 4,
        StemWidth = 1,
        EncoderWidths = [1],
        DiscriminatorWidths = [2, 2, 2, 2, 2],
        ClassHeadWidth = 1,
        Conv1Stride = 1,
    };

    [Fact]
    public void Autoencoder_SmallNetwork_CountedByHand()
    {
        // stem 3 > 1 on 16 places, down 1 > 1 of 2 x 2 on 4, up 1 > 1 on 16, out 1 > 3 on 16; two for each multiplication
        int stem = 2 * 3 * 9 * 16, down = 2 * 4 * 4, up = 2 * 9 * 16, last = 2 * 3 * 9 * 16;

        Assert.Equal(3 * (stem + down + up + last) - stem, new StepWork(s_small).Autoencoder);
    }

    [Fact]
    public void Features_SmallNetwork_CountedByHand()
    {
        // conv1 on 16 places, conv2 (two columns) on 4, the others on 1
        int conv1 = 2 * 3 * 2 * 121 * 16, conv2 = 2 * 1 * 2 * 25 * 4, conv3 = 2 * 2 * 2 * 9, conv4 = 2 * 1 * 2 * 9, conv5 = conv4;

        Assert.Equal(conv1 + conv2 + conv3 + conv4 + conv5, new StepWork(s_small).Features);
    }

    [Fact]
    public void Spotting_SmallNetwork_CountedByHand()
    {
        double stem = 2 * 3 * 9 * 16, down = 2 * 4 * 4, up = 2 * 9 * 16, last = 2 * 3 * 9 * 16;
        double repairFirst = 2 * 2 * 9 * 4, repair = repairFirst + 2 * 9 * 4 + 2 * 2 * 9 * 16 + 2 * 9 * 16;
        double trunk = new StepWork(s_small).Features, conv1 = 2 * 3 * 2 * 121 * 16;
        double mask = 2 * 2 * 9, head = 2 * 2 * 1 + 2 * 1 * 2;
        double frozen = stem + down + (up + last) + 2 * (up + last);

        Assert.Equal(frozen + 3 * repair - repairFirst + 2 * (3 * (trunk + head + mask) - conv1) + trunk + 2 * head,
            new StepWork(s_small).Spotting);
    }
}
