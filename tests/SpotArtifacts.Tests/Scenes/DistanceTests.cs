using System.Numerics;
using SpotArtifacts.Scenes;

namespace SpotArtifacts.Tests.Scenes;

public class DistanceTests
{
    private const float Tolerance = 1e-5f;

    [Fact]
    public void ToBox_FaceCornerAndCentre_AreExact()
    {
        var half = new Vector3(1, 2, 3);
        Assert.Equal(0.5f, Distance.ToBox(new Vector3(1.5f, 0, 0), half, 0), Tolerance);
        Assert.Equal(MathF.Sqrt(3), Distance.ToBox(new Vector3(2, 3, 4), half, 0), Tolerance);
        Assert.Equal(-1, Distance.ToBox(Vector3.Zero, half, 0.1f), Tolerance);
    }

    [Fact]
    public void ToCylinder_SideEndAndRim_AreExact()
    {
        Assert.Equal(1, Distance.ToCylinder(new Vector3(0, 0, 2), 1, 1), Tolerance);
        Assert.Equal(2, Distance.ToCylinder(new Vector3(0.5f, -3, 0), 1, 1), Tolerance);
        Assert.Equal(5, Distance.ToCylinder(new Vector3(4, 5, 0), 1, 1), Tolerance);
        Assert.Equal(-0.5f, Distance.ToCylinder(new Vector3(0.5f, 0, 0), 1, 1), Tolerance);
    }

    [Fact]
    public void ToRing_CentreAndTube_AreExact()
    {
        Assert.Equal(0.8f, Distance.ToRing(Vector3.Zero, 1, 0.2f), Tolerance);
        Assert.Equal(-0.2f, Distance.ToRing(new Vector3(0, 1, 0), 1, 0.2f), Tolerance);
        Assert.Equal(0.8f, Distance.ToRing(new Vector3(1, 0, 1), 1, 0.2f), Tolerance);
    }

    [Fact]
    public void ToRod_BesideAndBeyond_AreExact()
    {
        Assert.Equal(0.9f, Distance.ToRod(new Vector3(0.3f, 1, 0), 0.1f, 0.5f), Tolerance);
        Assert.Equal(0.4f, Distance.ToRod(new Vector3(-1, 0, 0), 0.1f, 0.5f), Tolerance);
    }

    [Fact]
    public void ToFrustum_EqualRadii_IsACylinder()
    {
        foreach (var point in new Vector3[] { new(2, 0, 0), new(0.3f, 2, 0.1f), new(1.5f, -1.5f, 1), new(0.5f, 0, 0) })
            Assert.Equal(Distance.ToCylinder(point, 1, 1), Distance.ToFrustum(point, 1, 1, 1), 1e-4f);
    }

    [Fact]
    public void ToFrustum_BesideACone_IsThePerpendicular()
    {
        // Bottom radius 2, top 0, height 2: the side is the line x + y = 1.
        Assert.Equal(MathF.Sqrt(2), Distance.ToFrustum(new Vector3(2, 1, 0), 1, 2, 0), 1e-4f);
        Assert.Equal(-MathF.Sqrt(0.5f), Distance.ToFrustum(Vector3.Zero, 1, 2, 0), 1e-4f);
    }

    [Fact]
    public void Blend_FarApartAndEqual_IsMinimumLessASeam()
    {
        Assert.Equal(0.1f, Distance.Blend(0.1f, 0.9f, 0.2f), Tolerance);
        Assert.Equal(0.5f - 0.05f, Distance.Blend(0.5f, 0.5f, 0.2f), Tolerance);
    }
}
