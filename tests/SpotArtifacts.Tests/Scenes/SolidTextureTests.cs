using System.Numerics;
using SpotArtifacts.Scenes;

namespace SpotArtifacts.Tests.Scenes;

public class SolidTextureTests
{
    [Fact]
    public void At_AnyPoint_IsLinearLightBetweenZeroAndOne()
    {
        for (int i = 0; i < 50; i++)
        {
            var random = new SceneRandom(i, 0);
            var texture = new SolidTexture(random, random.Range(0.2f, 0.8f));
            for (int j = 0; j < 50; j++)
            {
                var light = texture.At(new Vector3(random.Within(3), random.Within(3), random.Within(3)));
                Assert.Equal(light, Vector3.Clamp(light, Vector3.Zero, Vector3.One));
            }
        }
    }

    [Fact]
    public void At_ManyTextures_AverageTheAskedLuminance()
    {
        double sum = 0;
        for (int i = 0; i < 500; i++)
        {
            var random = new SceneRandom(i, 1);
            var display = Vector3.SquareRoot(new SolidTexture(random, 0.5f).At(new Vector3(random.Within(3))));
            sum += Vector3.Dot(display, new Vector3(0.3f, 0.59f, 0.11f));
        }

        Assert.Equal(0.5, sum / 500, 0.03);
    }
}
